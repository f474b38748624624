"""``allocator audit``: verifies a store, writes its chain for others, backs it up, loads a backup."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from allocator import api
from allocator.cli.options import FILE, argument, option
from allocator.cli.options import command as declare
from allocator.cli.output import FINE, NO, Output, eprint, write_json
from allocator.cli.store_options import chosen_store, store_argument, store_option
from allocator.errors import fault_lines
from allocator.model.text import Text
from allocator.report.rendering.console import pick, printable
from allocator.report.rendering.kept_plans_text import head_line


@declare(
    "audit verify",
    zh="核实方案库：记录链、所存内容、各步手续",
    en="Verify a store: its chain, everything that it keeps, every step.",
)
@store_argument()
@store_option
@option(
    "--head",
    "printed",
    default="",
    metavar="HEAD",
    zh="文稿上印出的末条记录，如 12:3f2a9c1b2d4e5f60：链中须有此条",
    en="the head as a document shows it, such as 12:3f2a9c1b2d4e5f60: the chain must hold it",
)
def verify(output: Output, place: str | None, store: str | None, printed: str) -> int:
    """Verify a store, and name the first event that is wrong."""
    with api.open_store(chosen_store(place, store), verify=False) as opened:
        found = api.check_store(opened, printed_head=printed)
    output.data(
        {
            "holds": found.holds,
            "head": found.head,
            "events": found.events,
            "contents": found.contents,
            "plans": found.plans,
            "faults": [one.as_json() for one in found.faults],
        }
    )
    output.report(map(printable, _verified(found, output, printed)))
    for line in fault_lines(found.faults, output.language):
        eprint(line)
    return FINE if found.holds else NO


def _verified(found: api.StoreCheck, output: Output, printed: str) -> Iterator[str]:
    if not found.holds:
        yield pick(output.language, f"{found.place}：不能核实", f"{found.place}: does not verify")
        return
    zh = f"{found.place}：核实无误，记录 {found.events} 条，方案 {found.plans} 个，内容 {found.contents} 份"
    en = f"{found.place}: verified; events: {found.events}, plans: {found.plans}, contents: {found.contents}"
    yield pick(output.language, zh, en)
    if printed:
        yield pick(
            output.language, f"印出的记录 {printed} 在链中", f"the chain holds the printed head {printed}"
        )
    yield head_line(found.head, output.language)


@declare(
    "audit export",
    zh="导出记录链：每条一行 JSON，任何人可核实",
    en="Write the chain as a line of JSON for each event, for anyone to check.",
)
@store_argument()
@store_option
@option(
    "--to", type=FILE, metavar="FILE", zh="写到此文件，默认输出", en="write it here, by default to the output"
)
def export(output: Output, place: str | None, store: str | None, to: Path | None) -> int:
    """Write every event with its hash."""
    with api.open_store(chosen_store(place, store), verify=False) as opened:
        text, head = api.export_events(opened, to), opened.head()
    if to is None:
        write_json(text)
        return FINE
    count = text.count("\n")
    output.data({"file": str(to), "events": count, "head": head})
    written = Text(zh=f"{count} 条记录已写入 {to}", en=f"{count} events written to {to}")
    output.report([printable(written(output.language)), head_line(head, output.language)])
    return FINE


@declare(
    "audit backup", zh="备份方案库为一个文件", en="Back up a store as one file, which is a store itself."
)
@argument("file", type=FILE, metavar="FILE", zh="备份文件，须尚不存在", en="the backup, a new file")
@store_option
def backup(output: Output, file: Path, store: str | None) -> int:
    """Copy a store, also while others write to it, and verify the copy."""
    api.check_writable(file)
    with api.open_store(chosen_store(None, store)) as opened:
        api.back_up(opened, file)
    with api.open_store(file) as copy:
        head = copy.head()
    _told(output, file, head, Text(zh=f"已备份到 {file}，并已核实", en=f"backed up to {file}, and verified"))
    return FINE


@declare("audit restore", zh="由备份建立新的方案库", en="Make a new store of a backup.")
@argument("file", type=FILE, metavar="FILE", zh="备份文件", en="the backup")
@store_option
def load(output: Output, file: Path, store: str | None) -> int:
    """Verify a backup, and copy it into a new store."""
    place = chosen_store(None, store)
    with api.load_backup(file, place) as made:
        head, shown = made.head(), made.place.shown
    text = Text(zh=f"已由备份建立 {shown}，并已核实", en=f"{shown} made of the backup, and verified")
    _told(output, file, head, text)
    return FINE


def _told(output: Output, file: Path, head: api.ChainHead, text: Text) -> None:
    output.data({"file": str(file), "head": head})
    output.report([printable(text(output.language)), head_line(head, output.language)])
