"""``allocator draw``: a public random draw that anyone can replay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType

from allocator import api
from allocator.cli.doubted import mention_doubts
from allocator.cli.drawn_once import refuse_to_replace
from allocator.cli.failures import FINE, NO
from allocator.cli.options import FILE, argument, option, output_option, scenario_argument
from allocator.cli.options import command as declare
from allocator.cli.output import Output
from allocator.cli.streams import write_json
from allocator.cli.writing import check_writable
from allocator.errors import Fault, InputError, nearest, shorten
from allocator.lottery import Audit, CannotDraw, audit_text
from allocator.lottery.seed import format_time, now
from allocator.model.scenario import Scenario
from allocator.model.text import Language, Text
from allocator.report.rendering.console import pick, printable
from allocator.report.rendering.draw_text import render_draw, render_refusal

if TYPE_CHECKING:
    from allocator.lottery import BoundDraw

_REHEARSAL = Text(
    zh="提示：这是演练，不是公开抽签：未事先公布承诺（--audit），抽签人可以试多个种子",
    en="note: a rehearsal, no public draw: nothing was committed to before (--audit), so whoever draws could"
    " have tried many seeds",
)


@dataclass(frozen=True)
class DrawCall:
    """What ``allocator draw`` is called with.

    Attributes:
        scenario: The scenario.
        name: Which of its draws; empty for the only one.
        audit: The file committed to before.
        seed: The public seed; None to commit.
        out: Where to write the commitment or the result.
        plan: Where to write the assignment drawn as a plan.
    """

    scenario: Path
    name: str
    audit: Path | None
    seed: str | None
    out: Path | None
    plan: Path | None


@declare(
    "draw",
    zh="公开抽签：先承诺、后抽取，人人可重放",
    en="A public random draw that anyone can replay: commit, then draw.",
)
@scenario_argument
@argument(
    "name",
    required=False,
    default="",
    metavar="[DRAW]",
    zh="抽签的名称，只有一个时可省略",
    en="which draw, if several",
)
@option("--audit", type=FILE, metavar="FILE", zh="事先公布的承诺文件", en="the file committed to before")
@option("--seed", metavar="TEXT", zh="公开的种子（写法见承诺）", en="the seed, spelt as committed to")
@output_option(zh="写到此文件；结果也写回 --audit", en="write it here; a result always goes to --audit too")
@option(
    "--plan",
    type=FILE,
    metavar="FILE",
    zh="抽中的整套安排另存为方案",
    en="write the assignment drawn as a plan",
)
def command(output: Output, **given: Any) -> int:
    """Without a seed, commit: write down pool, rules and chances. With one, draw."""
    call = DrawCall(**given)
    check_writable(call.out)
    check_writable(call.plan)
    loaded = api.load(call.scenario)
    bound = api.draws(loaded)
    mention_doubts(loaded.doubts, call.scenario, output)
    try:
        if call.audit is None:
            draw = api.commit(_chosen(bound, call.name), rehearsal=call.seed is not None)
        else:
            draw = _undrawn(bound, call.name, call.audit)
    except CannotDraw as refusal:
        output.data({"ok": False, "reasons": refusal.reasons, "mends": refusal.remedies})
        output.report(render_refusal(refusal, output.language))
        return NO
    if call.seed is not None:
        draw = _drawn(draw, call.seed, call.audit)
    if remark := _remark(draw, call.audit):
        output.remark(remark)
    targets = [file for file in (call.audit if call.seed is not None else None, call.out) if file is not None]
    for target in targets:
        refuse_to_replace(draw, target)
    for target in targets:
        api.write_audit(draw, target)
    if call.plan is not None:
        _write_plan(bound[draw.committed.draw], draw, call.plan)
    if output.as_json:
        write_json(audit_text(draw))
    output.report(_report(draw, loaded, targets, output.language))
    return FINE


def _write_plan(bound: BoundDraw, draw: Audit, file: Path) -> None:
    drawn = api.drawn_plan(bound, draw)
    if drawn is None:
        message = Text(
            zh="没有可写的方案：尚未抽签，或抽的不是整套安排",
            en="there is no plan to write: nothing is drawn yet, or what is drawn is no assignment",
        )
        raise InputError([Fault(message, column="--plan")])
    api.write_plan(drawn, file)


def _remark(draw: Audit, audit: Path | None) -> Text | None:
    if draw.seed is None:
        return None
    if audit is None:
        return _REHEARSAL
    due = draw.committed.terms.due if draw.committed.terms else None
    if due is None or due <= now():
        return None
    return Text(
        zh=f"提示：种子要到 {format_time(due)} 才产生，在此之前的结果不能是公开抽签",
        en=f"note: the seed comes about at {format_time(due)}; a result before that cannot be the public one",
    )


def _chosen(bound: Mapping[str, BoundDraw], name: str) -> BoundDraw:
    """Return the draw of a name, or the only one."""
    if not name and len(bound) == 1:
        return next(iter(bound.values()))
    if name in bound:
        return bound[name]
    if not bound:
        message = Text(
            zh="场景没有抽签；请在 draws 中写明", en="the scenario has no draws; name them under `draws`"
        )
        raise InputError([Fault(message, "scenario.yaml", column="draws")])
    message = Text(zh="请写明是哪一个抽签", en="which draw?")
    if name:
        message = Text(zh="没有此抽签", en="there is no such draw")
    found = shorten(name) if name else None
    raise InputError([Fault(message, found=found, allowed=", ".join(bound), nearest=nearest(name, bound))])


def _undrawn(bound: Mapping[str, BoundDraw], name: str, file: Path) -> Audit:
    """Return the draw of a file, if the scenario is still the one committed to."""
    audit, content = api.read_audit(file)
    chosen = _chosen(bound, name or audit.committed.draw)
    wrong = [check for check in api.replay(chosen, audit, content) if not check.holds]
    if wrong:
        raise InputError([Fault(check.text, file.name) for check in wrong])
    return audit


def _drawn(draw: Audit, seed: str, file: Path | None) -> Audit:
    """Return the result of a seed, unless another seed has been drawn with."""
    drawn = api.reveal(draw, seed)
    if draw.seed is not None and file is not None and drawn.seed != draw.seed:
        message = Text(zh="已用另一种子抽过", en="has already been drawn, with another seed")
        raise InputError([Fault(message, file.name, found=shorten(draw.seed))])
    return drawn


def _report(
    draw: Audit, scenario: Scenario, targets: Sequence[Path], language: Language
) -> Iterator[RenderableType]:
    entities = scenario.organisation.entities
    yield from render_draw(draw, {name: scenario.organisation.label(name) for name in entities}, language)
    for target in targets:
        yield printable(pick(language, f"已写入 {target}", f"written to {target}"))
