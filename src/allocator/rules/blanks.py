"""The blanks of a rule kind as data: for each field its name, what it takes, its bounds and its default."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from allocator.model.spec import Range
from allocator.model.text import Text
from allocator.rules.expressions.fields import Expression, doc_text
from allocator.rules.rule import Rule
from allocator.rules.sentences import Takes

_BY_NAME: Mapping[str, Takes] = {
    **dict.fromkeys(("on", "layer"), "layer"),
    **dict.fromkeys(("role", "roles", "earlier_role", "later_role"), "role"),
    **dict.fromkeys(("during", "period"), "period"),
    **dict.fromkeys(("ties", "kinds"), "tie"),
    "level": "level",
    "link": "link",
    "item": "item",
    "slot": "slot",
    "pairs": "groups",
    "skills": "skills",
    "table": "table",
}


def _labels(words: str) -> Mapping[str, Text]:
    found = {}
    for entry in words.split(";"):
        path, zh, en = entry.strip().split("=")
        found[path] = Text(zh=zh, en=en)
    return found


_LABELS = _labels(
    "id=编号=id;kind=种类=kind;on=层=layer;level=级别=level;weight=权重=weight;waivable=可否豁免=exceptions;why=缘由=reason;"
    "why.zh=缘由=reason in Chinese;why.en=英文缘由=reason;items=对象范围=which items;"
    "slots=去处范围=which slots;role=角色=role;during=周期范围=periods;when=条件=condition;"
    "pairs=成对编号=named pairs;ties=关系=ties;acquainted=熟识程度=acquaintance;"
    "hops=关系链步数=longest path;acquaintance=熟识=acquaintance;acquaintance.of=与谁熟识=of whom;"
    "acquaintance.above=熟识程度=strength;acquaintance.hops=关系链步数=longest path;"
    "acquaintance.kinds=关系种类=kinds of ties;acquaintance.years=结束后年数=years after the end;"
    "acquaintance.measured=何时的关系=measured when;pays=计价方式=pays;"
    "through=传递回避的人=through whom;through.layer=带领所在层=layer of leaders;"
    "through.role=带领角色=role of leaders;each=计数对象=counted for;load=负荷=load;"
    "carried=原有负荷=load before;over=计算范围=added up over;measure=不均的算法=measure;"
    "tolerance=容许差距=tolerance;target=目标=target;atleast=至少=at least;atmost=至多=at most;"
    "of=各项=entries;of.slot=去处=slot;of.role=角色=role;of.period=周期=period;"
    "off=计未占的=count those off;to=量到何处=distance to;power=幂次=power;"
    "table=距离表=table of distances;metres=每单位米数=metres a unit;beyond=免计距离=free distance;"
    "exactly=恰好=exactly;link=相邻关系=link;allow=允许块数=parts allowed;periods=期数=periods;"
    "skills=专长=skills;this=一方=one side;this.layer=一方所在层=layer of one side;"
    "this.item=一方的对象=item of one side;this.key=一方的匹配列=key of one side;"
    "this.at=一方的去处名=name of one side;that=另一方=other side;"
    "that.layer=另一方所在层=layer of the other side;that.item=另一方的对象=item of the other side;"
    "that.key=另一方的匹配列=key of the other side;that.at=另一方的去处名=name of the other side;"
    "item=对象=item;slot=去处=slot;worst=最差个数=how many worst;within=范围=within;"
    "apart=间隔期数=periods between;vacated=空出的席位=open seats;vacated.item=对象=item;"
    "vacated.slot=去处=slot;vacated.role=角色=role;vacated.during=周期=periods;"
    "past=往期期数=past periods;cost=代价=cost;roles=互斥角色=roles;against=比较对象=compared with;"
    "lost=离开的代价=cost of leaving;unit=原单位=home unit;percent=百分比=percent;"
    "also=另计离岗=also away;also.layer=另计离岗的层=layer also away;after=先任去处=after;"
    "never=其后不得=never;only=其后只能=only;before=后任去处=before;requires=须先任=requires;"
    "earlier_role=先任角色=earlier role;later_role=后任角色=later role;places=位置数=places"
)


@dataclass(frozen=True)
class Blank:
    """A blank of a kind.

    Attributes:
        path: The path of the field; ``acquaintance.above`` is a field of a part.
        label: A short name of the blank.
        meaning: The documentation of the field.
        takes: What it takes.
        several: Whether it takes a list.
        required: Whether it must be filled: always, or (in a part) as soon as the part has any value.
        default: The value if it is empty.
        choices: The words of a choice, with their phrases if the sentence has some.
        low: The least number.
        high: The greatest number.
        expression: The range and type of an expression.
        parts: The blanks of one entry of ``entries``.
        common: Whether every kind has it.
    """

    path: str
    label: Text
    meaning: Text
    takes: Takes
    several: bool = False
    required: bool = False
    default: Any = None
    choices: Mapping[str, Text] = field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    expression: Expression | None = None
    parts: tuple[Blank, ...] = ()
    common: bool = False

    @property
    def name(self) -> str:
        """The name of the field, without its part."""
        return self.path.rpartition(".")[2]


@cache
def blanks(kind: type[Rule]) -> tuple[Blank, ...]:
    """Return the blanks of a kind: its own in the order of its fields, then those of every kind."""
    found = [blank for blank in _blanks(kind, kind, "") if blank.path != "kind"]
    return tuple(sorted(found, key=lambda blank: blank.common))


def _blanks(kind: type[Rule], model: type[BaseModel], path: str) -> Iterator[Blank]:
    for name, info in model.model_fields.items():
        full = path + name
        inner = _models(info.annotation)
        listed = _is_list(info.annotation)
        plain = [one for one in _members(info.annotation) if one not in inner]
        if not listed and inner:
            if plain:
                yield _blank(kind, full, info)
            for one in inner:
                yield from _blanks(kind, one, f"{full}.")
            continue
        parts = tuple(part for one in inner for part in _blanks(kind, one, f"{full}.")) if inner else ()
        yield _blank(kind, full, info, parts)


def _blank(kind: type[Rule], path: str, info: FieldInfo, parts: tuple[Blank, ...] = ()) -> Blank:
    bounds = _bounds(info)
    expression = next((one for one in _marks(info) if isinstance(one, Expression)), None)
    words = [word for word in _literals(info.annotation) if word != "hard"]
    phrases = kind.sentence.words.get(path, {})
    return Blank(
        path=path,
        label=kind.sentence.labels.get(path) or _LABELS.get(path) or Text(zh=path, en=path),
        meaning=doc_text(info.metadata) or doc_text(kind.model_fields[path.partition(".")[0]].metadata),
        takes="entries" if parts else _takes(kind, path, info, expression, words),
        several=_is_list(info.annotation),
        required=info.is_required(),
        default=None if info.is_required() else info.get_default(call_default_factory=True),
        choices={str(word): phrases.get(str(word), Text()) for word in words},
        low=bounds[0],
        high=bounds[1],
        expression=expression,
        parts=parts,
        common=path.partition(".")[0] in Rule.model_fields,
    )


def _takes(
    kind: type[Rule], path: str, info: FieldInfo, expression: Expression | None, words: list[Any]
) -> Takes:
    """Return what a blank takes: by its sentence, its type, or the name of its field."""
    if given := kind.sentence.takes.get(path):
        return given
    members = set(_members(info.annotation))
    name = path.rpartition(".")[2]
    fitting: tuple[tuple[bool, Takes], ...] = (
        (Range in members, "span"),
        (bool in members, "yes_no"),
        (_maps(info.annotation), "skills" if path == "skills" else "seats"),
        (expression is not None and expression.returns == "BOOL", "condition"),
        (expression is not None, "expression"),
        (name in _BY_NAME and float not in members, _BY_NAME.get(name, "text")),
        (bool(words) and not members - {str, int, type(None)}, "choice"),
        (float in members, "decimal"),
        (int in members, "number"),
    )
    return next((takes for fits, takes in fitting if fits), "text")


def _members(annotation: Any) -> Iterator[Any]:
    """Yield the plain types that a field may hold; the elements of its lists instead of the lists."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in (Union, types.UnionType, tuple):
        for member in get_args(annotation):
            if member is not Ellipsis and member is not type(None):
                yield from _members(member)
    elif origin is Literal:
        yield from {type(word) for word in get_args(annotation)}
    elif isinstance(annotation, type):
        yield annotation


def _models(annotation: Any) -> list[type[BaseModel]]:
    return [one for one in _members(annotation) if issubclass(one, BaseModel) and one is not Range]


def _is_list(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin in (Annotated, Union, types.UnionType):
        args = get_args(annotation)[:1] if origin is Annotated else get_args(annotation)
        return any(map(_is_list, args))
    return origin is tuple


def _maps(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin in (Annotated, Union, types.UnionType):
        args = get_args(annotation)[:1] if origin is Annotated else get_args(annotation)
        return any(map(_maps, args))
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _literals(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Literal:
        yield from get_args(annotation)
    elif origin in (Annotated, Union, types.UnionType):
        for member in get_args(annotation)[: 1 if origin is Annotated else None]:
            yield from _literals(member)


def _marks(info: FieldInfo) -> Iterator[Any]:
    yield from info.metadata
    yield from _inner_marks(info.annotation)


def _inner_marks(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        yield from get_args(annotation)[1:]
        yield from _inner_marks(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, types.UnionType):
        for member in get_args(annotation):
            yield from _inner_marks(member)


def _bounds(info: FieldInfo) -> tuple[float | None, float | None]:
    low: float | None = None
    high: float | None = None
    for mark in _marks(info):
        for one in (mark, *getattr(mark, "metadata", ())):
            low = next((v for name in ("ge", "gt") if (v := getattr(one, name, None)) is not None), low)
            high = next((v for name in ("le", "lt") if (v := getattr(one, name, None)) is not None), high)
    return low, high
