"""``allocator check``: is the input sound? Every fault at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from allocator import api
from allocator.cli.failures import FINE
from allocator.cli.language import both
from allocator.cli.options import AsJson, Lang, ScenarioPath
from allocator.cli.output import Output
from allocator.errors import InputError, shorten
from allocator.model.reading import bounded
from allocator.model.scenario import Scenario
from allocator.model.text import Language
from allocator.report.expected import read_expected
from allocator.report.idle import Idle, idle_rules
from allocator.report.measuring import Figure, measure
from allocator.report.plain import plain
from allocator.report.rendering.console import pick, printable
from allocator.report.rendering.shortages import render_shortages
from allocator.report.rendering.summaries import render_summary
from allocator.report.shortage import shortages
from allocator.report.summary import summarise
from allocator.report.unread import Unread, unread_kinds

if TYPE_CHECKING:
    from allocator.draw import BoundDraw

HELP = both(
    "检查输入：一次列出全部问题及所在文件、行、列",
    "Is the input sound? Every fault, with file, row and column.",
)


def command(scenario: ScenarioPath, as_json: AsJson = False, lang: Lang = None) -> int:
    """Read a scenario and its rules, evaluate every expression, and say what there is and what is short."""
    output = Output(lang, as_json=as_json)
    loaded = api.load(scenario)
    policy, draws = _bound(loaded)
    policy.examine()
    expected = read_expected(policy.world.scenario.folder)
    figures = measure(expected, policy) if expected else []
    summary = summarise(policy)
    drawn = {name: {"kind": one.draw.kind, "title": one.draw.title} for name, one in draws.items()}
    short = shortages(policy)
    idle = list(idle_rules(policy))
    unread = list(unread_kinds(policy))
    found = {"draws": drawn, "figures": figures, "shortages": short, "idle": idle, "unread": unread}
    output.data({"ok": True, **plain(summary), **found})
    output.report(render_summary(summary, output.language))
    output.report(_draws(draws, output.language))
    output.report(_figures(figures, output.language))
    output.report(render_shortages(short, policy, output.language))
    output.report(_idle(idle, output.language))
    output.report(_unread(unread, output.language))
    output.report(["ok"])
    return FINE


def _bound(loaded: Scenario) -> tuple[api.Policy, Mapping[str, BoundDraw]]:
    """Return the rules and the draws of a scenario; what is wrong with either is told at once."""
    try:
        policy = api.bind(loaded)
    except InputError as error:
        try:
            api.draws(loaded)
        except InputError as other:
            raise bounded([*error.faults, *other.faults]) from None
        raise
    return policy, api.draws(loaded)


def _draws(draws: Mapping[str, BoundDraw], language: Language) -> Iterator[str]:
    """Yield the draws of the scenario, a line for each."""
    for name, one in draws.items():
        title = one.draw.title(language)
        named = f"{name} ({title})" if title else name
        kind = one.draw.summary(language)
        yield printable(pick(language, f"抽签 {named}：{kind}", f"draw {named}: {kind}"))


def _idle(idle: list[Idle], language: Language) -> Iterator[str]:
    """Yield the rules that are about nothing."""
    for one in idle:
        text = shorten(one.text, 80)
        zh = f"规则 {one.rule} 不涉及任何对象：{one.key}: {text}"
        yield printable(pick(language, zh, f"the rule {one.rule} is about nothing: {one.key}: {text}"))


def _unread(unread: list[Unread], language: Language) -> Iterator[str]:
    """Yield the kinds of ties and links that nobody asks for."""
    for one in unread:
        kind, where = shorten(one.kind), f"{one.source} – {one.target}"
        zh = f"{one.table}：没有规则提到“{kind}”这类关系（{one.rows} 行，首见于 {where}）"
        en = f"{one.table}: no rule names the kind '{kind}' (rows: {one.rows}, first {where})"
        zh += f"；是否为“{one.nearest}”？" if one.nearest else ""
        en += f"; did you mean '{one.nearest}'?" if one.nearest else ""
        yield printable(pick(language, zh, en))


def _figures(figures: list[Figure], language: Language) -> Iterator[str]:
    """Yield the figures of the source document that the tables do not show."""
    for figure in figures:
        if not figure.holds:
            text = printable(figure.text(language))
            zh = f"与文件不符：{text}：文件 {figure.expected}，表中 {figure.found}"
            yield pick(
                language, zh, f"unlike the document: {text}: {figure.expected} there, {figure.found} here"
            )
