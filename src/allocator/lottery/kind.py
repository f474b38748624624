"""What a kind of draw is: its fields, what is committed to, how the seed decides, and what is checked."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict

from allocator.lottery.numbers import Numbers
from allocator.lottery.sight import Sight
from allocator.lottery.terms import Terms
from allocator.model.plan import Assignment
from allocator.model.spec import Name, Strict
from allocator.model.text import Text
from allocator.rules.means import Means


class Part(BaseModel):
    """A part of an audit file: frozen, every key known."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Words(Part):
    """A text in both languages, as an audit file has it."""

    zh: str
    en: str

    @staticmethod
    def of(text: Text) -> Words:
        """Return a text as an audit file has it."""
        return Words(zh=text("zh"), en=text("en"))

    @property
    def text(self) -> Text:
        """The text."""
        return Text(zh=self.zh, en=self.en)


class Committed(Part):
    """What every kind commits to.

    Attributes:
        scenario: Name of the scenario.
        draw: Name of the draw in it.
        kind: The kind of draw.
        title: What people call it.
        seed: Where the public seed will come from.
        terms: The spelling of the seed, times, names; None in a file of the first format.
    """

    scenario: str
    draw: str
    kind: str
    title: Words
    seed: Words
    terms: Terms | None = None

    def content(self) -> dict[str, Any]:
        """Return it as plain data, of which the SHA-256 is published."""
        return self.model_dump(mode="json", exclude={"terms"} if self.terms is None else None)


@dataclass(frozen=True)
class Check:
    """One thing that was looked at in a draw, and whether it is so."""

    text: Text
    holds: bool = True


@dataclass(frozen=True)
class Line:
    """A line of a report: what, how many there are, how many of them are drawn, with what chance."""

    text: Text
    there: int
    asked: str
    chance: Text | str
    drawn: int | None = None


class CannotDraw(Exception):  # noqa: N818 - it is an answer
    """The rules of a draw cannot be met; says which, and the least that would mend it.

    Attributes:
        reasons: What cannot hold together, none of which can be left out.
        mends: Changes that together would do, the least in all.
    """

    def __init__(self, reasons: Sequence[Text], mends: Sequence[Text]) -> None:
        super().__init__("; ".join(reason.en for reason in reasons))
        self.reasons, self.mends = tuple(reasons), tuple(mends)


class Draw(Strict):
    """The fields that every draw of a scenario has; a kind adds its own."""

    name: ClassVar[str]
    summary: ClassVar[Text]
    #: What is committed to, and what the seed decides, as an audit file has them.
    committed: ClassVar[type[Committed]]
    result: ClassVar[type[Part]]
    #: Whether those drawn are needed on one day; else the scenario's periods say when.
    on_one_day: ClassVar[bool] = True

    kind: Annotated[str, Means(zh="抽签种类", en="The kind of draw.")]
    title: Annotated[Text, Means(zh="抽签名称", en="What people call the draw.")] = Text()
    seed: Annotated[
        Text,
        Means(
            zh="公开种子的出处，须在承诺之后才产生，如指定期次的福利彩票开奖号码",
            en="Where the public seed will come from; it must come about after the commitment, such as the"
            " numbers of a lottery on a day that is named.",
        ),
    ] = Text()
    seed_form: Annotated[
        str,
        Means(
            zh="种子的唯一写法：digits:N（N 位数字）、hex:N（N 位十六进制）、decimal:N（N 位小数）；"
            "默认按 seed 所写的彩票（3D、排列3、排列5）",
            en="The one spelling of the seed: digits:N, hex:N, decimal:N (N decimals); by default that of the"
            " lottery that `seed` names (3D, 排列3, 排列5).",
        ),
    ] = ""
    seed_at: Annotated[
        str,
        Means(
            zh="种子产生的时间，如 2026-03-01 21:15（北京时间）；默认为 seed 所写日期的零时",
            en="When the seed comes about: 2026-03-01 21:15 (China time); by default the beginning of the day"
            " that `seed` names.",
        ),
    ] = ""
    day: Annotated[
        date | None,
        Means(
            zh="抽中者须在岗的日期；当日未到岗、已退休或离岗者不参加抽签；默认为种子产生之日",
            en="The day on which those drawn are needed: nobody who is not there is in the pool; by"
            " default the day of the seed.",
        ),
    ] = None

    @abstractmethod
    def pool(self, sight: Sight) -> Any:
        """Return who and what is drawn from, as far as the rules look at them.

        Raises:
            InputError: An expression is wrong or reads an empty cell.
        """

    @abstractmethod
    def commit(self, scenario: str, draw: Name, pool: Any) -> Committed:
        """Return what to commit to: the pool, the rules and every chance. May ask a solver.

        Raises:
            CannotDraw: The rules cannot be met.
        """

    @classmethod
    @abstractmethod
    def decide(cls, committed: Any, numbers: Numbers) -> Part:
        """Return the result that the numbers of a seed decide. Plain Python: it is what anyone replays."""

    @abstractmethod
    def differences(self, committed: Any, pool: Any) -> Iterator[Check]:
        """Yield how the pool and the rules of a scenario differ from those committed to."""

    @classmethod
    @abstractmethod
    def proofs(cls, committed: Any) -> Iterator[Check]:
        """Yield what is claimed of the rules and the chances, proved again or not. Never asks the solver."""

    @classmethod
    @abstractmethod
    def lines(cls, committed: Any, result: Any) -> Iterator[Line]:
        """Yield what a report shows: the pool by rule, with chances and, once there are some, those drawn."""

    @classmethod
    @abstractmethod
    def winners(cls, committed: Any, result: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield those drawn, by id: for each thing that is drawn, the people drawn for it."""

    @classmethod
    def remarks(cls, committed: Any) -> Iterator[Text]:
        """Yield what else a report says of what is committed to."""
        yield from ()

    @classmethod
    def assignments(cls, committed: Any, result: Any) -> tuple[Assignment, ...] | None:
        """Return the assignments drawn, if what is drawn is a plan for the layers of the scenario."""
        return None

    def head(self, scenario: str, draw: Name) -> dict[str, Any]:
        """Return what every kind commits to."""
        words = {"title": Words.of(self.title), "seed": Words.of(self.seed)}
        return {"scenario": scenario, "draw": draw, "kind": self.kind, **words}
