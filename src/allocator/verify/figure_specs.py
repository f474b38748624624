"""Reads ``expected.yaml``: the figures of a source document that a scenario and its plan must show."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, model_validator

from allocator.errors import Fault
from allocator.model.reading import YamlDocument, read_yaml, validate_yaml
from allocator.model.reading.yaml_file import KeyPath, dotted
from allocator.model.spec import Name, Strict
from allocator.model.text import Text
from allocator.rules.rule import FieldError

FILE = "expected.yaml"
_PERCENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,6}))?%")


class Percent(Strict):
    """A share as documents print it, such as ``95.68%``."""

    number: Decimal
    decimals: int

    @model_validator(mode="before")
    @classmethod
    def _printed(cls, value: Any) -> Any:
        found = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None:
            raise FieldError(
                zh="须为整数或百分比，如 13%", en="must be a whole number or a percentage such as 13%"
            )
        return {"number": Decimal(value.strip()[:-1]), "decimals": len(found[2] or "")}

    def __str__(self) -> str:
        return f"{self.number}%"


Value = int | Percent


class CountSpec(Strict):
    """``TABLE where CEL`` or ``LAYER where CEL``; with ``distinct``, how many different texts it gives."""

    count: str
    distinct: str = ""

    @model_validator(mode="before")
    @classmethod
    def _sentence(cls, value: Any) -> Any:
        return {"count": value} if isinstance(value, str) else value


class ShareSpec(Strict):
    """One count as a percentage of another, rounded half up to ``decimals`` (default: of the value)."""

    part: CountSpec
    of: CountSpec
    decimals: Annotated[int, Field(ge=0, le=6)] | None = None


class SumSpec(Strict):
    """The sum of a number over rows or assignments: ``of`` selects them, ``value`` is CEL for the number."""

    of: str
    value: str


class RuleFigureSpec(Strict):
    """Violations or cost of a rule in the plan."""

    id: str
    violations: int | None = None
    cost: int | None = None

    @model_validator(mode="after")
    def _one(self) -> RuleFigureSpec:
        if (self.violations is None) == (self.cost is None):
            raise FieldError(zh="需给出 violations 或 cost 之一", en="needs one of violations and cost")
        return self


class FigureSpec(Strict):
    """A figure: its words, its value or bounds, and its measure.

    Attributes:
        id: Name of the figure.
        zh: The words of the document, in Chinese.
        en: The same in English.
        value: The value in the document.
        atleast: The lower bound, where the document gives one.
        atmost: The upper bound.
        count: Counts the rows of a table or the assignments of a layer.
        distinct: With ``count``: the number of different texts of this expression.
        share: One count as a percentage of another.
        sum: The sum of a number.
        rule: Violations or cost of a rule, with their value.
    """

    id: Name
    zh: str
    en: str
    value: Value | None = None
    atleast: Value | None = None
    atmost: Value | None = None
    count: str = ""
    distinct: str = ""
    share: ShareSpec | None = None
    sum: SumSpec | None = None
    rule: RuleFigureSpec | None = None

    @model_validator(mode="after")
    def _one_measure(self) -> FigureSpec:
        if sum(bool(one) for one in (self.count, self.share, self.sum, self.rule)) != 1:
            raise FieldError(
                zh="需给出 count、share、sum、rule 之一", en="needs one of count, share, sum and rule"
            )
        values = [one for one in (self.value, self.atleast, self.atmost) if one is not None]
        if bool(values) == (self.rule is not None):
            raise FieldError(
                zh="需给出 value、atleast 或 atmost（rule 自带数值）",
                en="needs value, atleast or atmost (a rule has its own)",
            )
        if any(isinstance(one, Percent) != (self.share is not None) for one in values):
            raise FieldError(zh="share 用百分比，其余用整数", en="a share is a percentage, all else a number")
        return self

    @property
    def sentences(self) -> tuple[str, ...]:
        """The selections of rows: ``TABLE where CEL`` or ``LAYER where CEL``."""
        shared = (self.share.part.count, self.share.of.count) if self.share else ()
        added = (self.sum.of,) if self.sum else ()
        return (*filter(None, (self.count,)), *shared, *added)

    @property
    def text(self) -> Text:
        """The words of the document."""
        return Text(zh=self.zh, en=self.en)


class FigureFile(Strict):
    """The content of ``expected.yaml``."""

    source: str = ""
    figures: tuple[FigureSpec, ...]


def split_sentence(sentence: str) -> tuple[str, str]:
    """Split ``TABLE where CEL`` into the table (or layer) and the expression, empty if there is none."""
    source, _, where = sentence.strip().partition(" where ")
    return source.strip(), where.strip()


@dataclass(frozen=True)
class ExpectedFigures:
    """The figures that a scenario must show, and the file that they were read from."""

    figures: tuple[FigureSpec, ...]
    document: YamlDocument

    def fault(self, path: KeyPath, message: Text, **details: Any) -> Fault:
        """Return a fault at a key of the file."""
        where = ("figures", *path)
        return Fault(message, FILE, self.document.line_of(where), dotted(where), **details)


def read_expected(folder: Path) -> ExpectedFigures | None:
    """Read the figures of a scenario folder; None if it has none.

    Raises:
        InputError: With every fault of the file.
    """
    path = folder / FILE
    if not path.exists():
        return None
    document = read_yaml(path, FILE)
    return ExpectedFigures(validate_yaml(document, FigureFile).figures, document)
