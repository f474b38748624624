"""What does not match between options: scenarios, files, layers, names, histories, levels, claims."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from allocator.model.layer import Layer
from allocator.model.scenario import NamedEntity
from allocator.model.text import Text
from allocator.verify.plan_option import PlanOption

#: Names that one sentence lists.
LISTED = 8
MismatchKind = Literal[
    "scenario", "files", "version", "claims", "layer", "period", "item", "slot", "role", "name", "history",
    "level",
]  # fmt: skip


@dataclass(frozen=True)
class Mismatch:
    """Something that does not match.

    Attributes:
        kind: What it is about.
        options: Labels of the options that lack it, or that are otherwise.
        text: It in words, with the first few names.
        names: All the names.
    """

    kind: MismatchKind
    options: tuple[str, ...]
    text: Text
    names: tuple[NamedEntity, ...] = ()


def find_mismatches(options: Sequence[PlanOption]) -> tuple[Mismatch, ...]:
    """Return everything that does not match, the gravest first."""
    parts = (_claims, _scenarios, _files, _layers, _parts, _names, _histories, _levels)
    return tuple(found for part in parts for found in part(options))


def _claims(options: Sequence[PlanOption]) -> Iterator[Mismatch]:
    """Yield plans with false claims, and plans of another version than the one at hand."""
    for one in options:
        label = one.label
        if one.doubtful:
            said = one.doubtful
            zh, en = "；".join(text.zh for text in said), "; ".join(text("en") for text in said)
            yield Mismatch(
                "claims",
                (label,),
                Text(
                    zh=f"{label} 自称的不实，其下界不予采用：{zh}",
                    en=f"{label} claims what is not so, and its bounds are not used: {en}",
                ),
            )
        if one.differs is not None:
            yield Mismatch(
                "version",
                (label,),
                Text(
                    zh=f"{label}：{one.differs.message.zh}；其下界不予采用",
                    en=f"{label}: {one.differs.message.en}; its bounds are not used",
                ),
            )


def _scenarios(options: Sequence[PlanOption]) -> Iterator[Mismatch]:
    names = {one.label: one.policy.context.scenario.name for one in options}
    if len(set(names.values())) > 1:
        zh = "，".join(f"{label} 为 {name}" for label, name in names.items())
        en = ", ".join(f"{label}: {name}" for label, name in names.items())
        yield Mismatch("scenario", tuple(names), Text(zh=f"场景不同：{zh}", en=f"different scenarios: {en}"))


def _files(options: Sequence[PlanOption]) -> Iterator[Mismatch]:
    """Yield the files in which a scenario differs from that of the first option."""
    first = options[0].policy
    for one in options[1:]:
        here = one.policy.files
        changed = [name for name in here if first.files.get(name, here[name]) != here[name]]
        lacking = [name for name in first.files if name not in here]
        added = [name for name in here if name not in first.files]
        parts = [
            Text(zh=f"{zh} {'、'.join(names)}", en=f"{en} {', '.join(names)}")
            for zh, en, names in (
                ("内容不同的文件", "files that differ:", changed),
                ("没有的文件", "files that it lacks:", lacking),
                ("多出的文件", "files that it adds:", added),
            )
            if names
        ]
        if parts:
            zh, en = "；".join(text.zh for text in parts), "; ".join(text.en for text in parts)
            head = f"{one.label} 与 {options[0].label} 相比"
            yield Mismatch(
                "files",
                (one.label,),
                Text(zh=f"{head}：{zh}", en=f"{one.label} against {options[0].label}: {en}"),
            )


def _layers(options: Sequence[PlanOption]) -> Iterator[Mismatch]:
    held = {one.label: _titles(one) for one in options}
    yield from _lacking("layer", Text(zh="层", en="layer"), held)


def _titles(option: PlanOption) -> Mapping[str, NamedEntity]:
    layers = option.policy.context.layers
    return {
        name: NamedEntity(name, layer.spec.title.zh or name if layer.spec.title else name)
        for name, layer in layers.items()
    }


def _periods(layer: Layer) -> list[str]:
    return [] if layer.once else [period.id for period in layer.periods]


_PARTS: tuple[tuple[MismatchKind, Text, Callable[[Layer], Iterable[str]]], ...] = (
    ("period", Text(zh="周期", en="period"), _periods),
    ("item", Text(zh="对象", en="items"), lambda layer: layer.items),
    ("slot", Text(zh="去处", en="slots"), lambda layer: layer.slots),
    ("role", Text(zh="角色", en="role"), lambda layer: [role for role in layer.roles if role]),
)


def _parts(options: Sequence[PlanOption]) -> Iterator[Mismatch]:
    """Yield the periods, items, slots and roles that some options lack in a layer that they have."""
    told: set[tuple[MismatchKind, tuple[str, ...], tuple[str, ...]]] = set()
    for name in dict.fromkeys(layer for one in options for layer in one.policy.context.layers):
        having = [one for one in options if name in one.policy.context.layers]
        for kind, word, ids in _PARTS:
            held = {
                one.label: {
                    id_: one.policy.context.scenario.organisation.named(id_)
                    for id_ in ids(one.policy.context.layers[name])
                }
                for one in having
            }
            for found in _lacking(kind, word, held):
                key = kind, found.options, tuple(one.id for one in found.names)
                if key not in told:  # people are items of several layers
                    told.add(key)
                    yield found


def _lacking(
    kind: MismatchKind, word: Text, held: Mapping[str, Mapping[str, NamedEntity]]
) -> Iterator[Mismatch]:
    """Yield, for each set of options that lack the same things, what they lack."""
    every = {id_: named for one in reversed(list(held.values())) for id_, named in one.items()}
    groups: dict[tuple[str, ...], list[NamedEntity]] = {}
    for id_, named in every.items():
        if without := tuple(label for label, one in held.items() if id_ not in one):
            groups.setdefault(without, []).append(named)
    for labels, names in groups.items():
        shown = _listed(names)
        zh, en = "、".join(labels), ", ".join(labels)
        text = Text(zh=f"{zh} 没有的{word.zh}：{shown.zh}", en=f"{en} without the {word.en}: {shown.en}")
        yield Mismatch(kind, labels, text, tuple(names))


def _listed(names: Sequence[NamedEntity]) -> Text:
    shown = [f"{one.name}（{one.id}）" if one.name != one.id else one.id for one in names[:LISTED]]
    more = len(names) - LISTED
    zh = "、".join(shown) + (f" 等 {len(names)} 个" if more > 0 else "")
    en = ", ".join(one.name_and_id for one in names[:LISTED]) + (f" and {more} more" if more > 0 else "")
    return Text(zh=zh, en=en)


def _names(options: Sequence[PlanOption]) -> Iterator[Mismatch]:
    """Yield the ids that have other names in another option: they are taken for the same."""
    first = options[0].policy.context.scenario.organisation
    for one in options[1:]:
        there = one.policy.context.scenario.organisation
        other = [
            id_ for id_ in first.entities if id_ in there.entities and first.label(id_) != there.label(id_)
        ]
        if other:
            said = [f"{id_}：{first.label(id_)} / {there.label(id_)}" for id_ in other[:LISTED]]
            more = len(other) - LISTED
            zh = "，".join(said) + (f" 等 {len(other)} 个" if more > 0 else "")
            en = ", ".join(said).replace("：", ": ") + (f" and {more} more" if more > 0 else "")
            a, b = options[0].label, one.label
            yield Mismatch(
                "name",
                (b,),
                Text(
                    zh=f"{a} 与 {b} 中同一编号名称不同，按同一对象比较：{zh}",
                    en=f"one id with different names in {a} and {b}, compared as the same: {en}",
                ),
                tuple(there.named(id_) for id_ in other),
            )


def _histories(options: Sequence[PlanOption]) -> Iterator[Mismatch]:
    """Yield the items whose seats before the horizon are not those in the first option."""
    for one in options[1:]:
        found: dict[str, None] = {}
        for name, layer in one.policy.context.layers.items():
            there = options[0].policy.context.layers.get(name)
            if there is not None:
                shared = (item for item in layer.items if item in there.item_index)
                found |= dict.fromkeys(one for one in shared if _before(layer, one) != _before(there, one))
        if found:
            named = one.policy.context.scenario.organisation.named
            names = [named(item) for item in found]
            shown, a, b = _listed(names), options[0].label, one.label
            text = Text(
                zh=f"{a} 与 {b} 记载的现状不同，表中“现状”取自 {a}：{shown.zh}",
                en=f"{a} and {b} have different seats at present, and tables show those of {a}: {shown.en}",
            )
            yield Mismatch("history", (b,), text, tuple(names))


def _before(layer: Layer, item: str) -> frozenset[tuple[str, str | None]]:
    held = layer.past.held(layer.item_index[item], -1)
    return frozenset((layer.slots[slot], layer.roles[role]) for slot, role in held)


def _levels(options: Sequence[PlanOption]) -> Iterator[Mismatch]:
    """Yield the levels whose titles differ from those of the first option."""
    first = options[0].policy.context.scenario.spec.levels
    for one in options[1:]:
        there = one.policy.context.scenario.spec.levels
        for level in sorted({*first, *there}):
            ours, theirs = first.get(level, Text()), there.get(level, Text())
            if ours != theirs:
                a, b = options[0].label, one.label
                zh = f"级别 {level} 的名称：{a} 为“{ours.zh or '无'}”，{b} 为“{theirs.zh or '无'}”"
                en = f"title of level {level}: {a} '{ours('en') or '-'}', {b} '{theirs('en') or '-'}'"
                yield Mismatch("level", (one.label,), Text(zh=zh, en=en))
