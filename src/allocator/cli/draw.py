"""``allocator draw``: a public random draw that anyone can replay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import RenderableType

from allocator import api
from allocator.cli.options import FILE, argument, option, output_option, scenario_argument
from allocator.cli.options import command as declare
from allocator.cli.output import FINE, NO, Output, remark_doubts, write_json
from allocator.errors import Fault, InputError
from allocator.model.text import Language, Text
from allocator.report.rendering.console import pick, printable
from allocator.report.rendering.judgement_text import render_draw, render_refusal


@dataclass(frozen=True)
class DrawCall:
    """The arguments and options of ``allocator draw``.

    Attributes:
        scenario: The scenario.
        name: Name of the draw; empty for the only one.
        audit: The audit file of the commitment.
        seed: The public seed; None to write the commitment.
        out: File of the commitment or the result.
        plan: File to which the drawn assignment is written as a plan.
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
    api.check_writable(call.out)
    api.check_writable(call.plan)
    loaded = api.load(call.scenario)
    bound = api.draws(loaded)
    remark_doubts(loaded.doubts, call.scenario, output)
    try:
        if call.audit is None:
            draw = api.commit(api.find_draw(bound, call.name), rehearsal=call.seed is not None)
        else:
            draw = api.read_commitment(bound, call.name, call.audit)
    except api.CannotDraw as refusal:
        output.data({"ok": False, "reasons": refusal.reasons, "mends": refusal.remedies})
        output.report(render_refusal(refusal, output.language))
        return NO
    if call.seed is not None:
        draw = api.reveal(draw, call.seed, file=call.audit.name if call.audit else "")
    if caution := api.publicity_caution(draw, is_committed=call.audit is not None):
        output.remark(caution)
    targets = [file for file in (call.audit if call.seed is not None else None, call.out) if file is not None]
    for target in targets:
        api.check_replaceable(draw, target)
    for target in targets:
        api.write_audit(draw, target)
    if call.plan is not None:
        _write_plan(bound[draw.committed.draw], draw, call.plan)
    if output.as_json:
        write_json(api.audit_text(draw))
    output.report(_report(draw, loaded, targets, output.language))
    return FINE


def _write_plan(bound: api.BoundDraw, draw: api.Audit, file: Path) -> None:
    drawn = api.drawn_plan(bound, draw)
    if drawn is None:
        message = Text(
            zh="没有可写的方案：尚未抽签，或抽的不是整套安排",
            en="there is no plan to write: nothing is drawn yet, or what is drawn is no assignment",
        )
        raise InputError([Fault(message, column="--plan")])
    api.write_plan(drawn, file)


def _report(
    draw: api.Audit, scenario: api.Scenario, targets: Sequence[Path], language: Language
) -> Iterator[RenderableType]:
    entities = scenario.organisation.entities
    yield from render_draw(draw, {name: scenario.organisation.label(name) for name in entities}, language)
    for target in targets:
        yield printable(pick(language, f"已写入 {target}", f"written to {target}"))
