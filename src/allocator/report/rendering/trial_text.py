"""A what-if chain as lines."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.model.text import Language
from allocator.report.rendering.console import number, pick, printable
from allocator.report.trial_view import Against, StepLine, TrialView


def render_steps(view: TrialView, language: Language) -> Iterator[str]:
    """Yield the plan and the steps."""
    yield printable(pick(language, f"试算：{view.plan}", f"trying on {view.plan}"))
    for one in view.steps:
        yield "  " + printable(_step_line(one, language))


def _step_line(one: StepLine, language: Language) -> str:
    dropped = pick(language, " （已去掉）", " (dropped)") if one.is_dropped else ""
    name = "" if one.name == str(one.number) else pick(language, f"{one.name}：", f"{one.name}: ")
    return f"{one.number}  {name}{'  '.join(one.options)}{dropped}"


def render_against(view: TrialView, language: Language) -> Iterator[str]:
    """Yield what the plan costs more or less than the first one, and than the one before."""
    if view.base is not None:
        yield from _against(view.base, pick(language, "得分与原方案相比", "costs against the plan"), language)
    if view.before is not None:
        seats = number(view.before.seats)
        zh, en = (
            f"与操作前相比：变动席位 {seats} 个，得分",
            f"from before: seats that change hands {seats}; costs",
        )
        yield from _against(view.before, pick(language, zh, en), language)


def _against(found: Against, words: str, language: Language) -> Iterator[str]:
    if found.levels is None:
        gone = pick(language, "无法比较：场景已没有方案所指", "cannot be set against: names are gone")
        yield f"{words} {gone}"
    elif not found.levels:
        yield f"{words}{pick(language, '不变', ': the same')}"
    else:
        yield f"{words}{pick(language, '：', ':')}"
    for level in found.levels or ():
        cost = f"{number(level.before)} → {number(level.after)} ({level.after - level.before:+,})"
        yield "  " + printable(f"{level.title(language)}: {cost}")
        for rule in level.rules:
            why = rule.why(language) or rule.rule
            yield "    " + printable(f"{rule.after - rule.before:+,}  {rule.rule} · {why}")


def render_next(view: TrialView, language: Language) -> Iterator[str]:
    """Yield what can be done with the chain."""
    if view.steps:
        yield pick(
            language,
            "尚未写入任何方案。采纳：--accept 文件；去掉一步：--drop；撤销：--undo；放弃：--discard",
            "no plan is written yet: --accept FILE takes this one; --drop STEP, --undo, --discard",
        )
