"""The base class of a kind of draw, and the parts that every audit file has."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict

from allocator.lottery.findings import Check, Line, named
from allocator.lottery.hashing import LotteryNumbers
from allocator.lottery.scenario_view import ScenarioView
from allocator.lottery.seed import format_time, read_form, read_time
from allocator.model.plan import Assignment
from allocator.model.spec import Name, Strict
from allocator.model.text import Text
from allocator.rules.expressions.fields import Doc
from allocator.rules.rule import FieldError


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


def _seed_form(text: str) -> str:
    try:
        return str(read_form(text))
    except ValueError:
        raise FieldError(zh="不是种子的写法", en="is no form of a seed") from None


def _seed_moment(text: str) -> str:
    try:
        same = not text or format_time(read_time(text)) == text
    except ValueError:
        same = False
    if not same:
        raise FieldError(zh="不是时间（如 2026-03-01T21:15+08:00）", en="is no time (2026-03-01T21:15+08:00)")
    return text


Moment = Annotated[str, AfterValidator(_seed_moment)]


class Terms(BaseModel):
    """What every draw commits to besides its pool and rules.

    Attributes:
        form: The one spelling of the seed, such as ``digits:3``.
        seed_at: When the seed comes about, to the minute with offset; empty in a rehearsal that does not say.
        committed_at: When the draw was committed to; empty in a rehearsal.
        rehearsal: Whether commitment and seed came together, so that seeds could have been tried.
        day: The day on which those drawn have to be there; empty where nobody ever joins, leaves or is away.
        absent: Who would be in the pool, but is not there on that day, or in which period: ``P3@2027``.
        names: The names that people know the ids of the pool by.
        draws: Every draw of the scenario, so that no other one can be pointed at later.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    form: Annotated[str, AfterValidator(_seed_form)]
    seed_at: Moment
    committed_at: Moment
    rehearsal: bool
    day: str
    absent: tuple[str, ...]
    names: Mapping[str, str]
    draws: tuple[str, ...]

    @property
    def due(self) -> datetime | None:
        """When the seed comes about."""
        return read_time(self.seed_at) if self.seed_at else None

    def lines(self, label: Mapping[str, str]) -> list[Text]:
        """Return what a report says of the terms."""
        form = read_form(self.form)
        many = f"{form.values:,}" if form.values is not None and form.values < 10**6 else ""
        found = [
            Text(
                zh=f"种子写法：{form.text.zh}，如 {form.example}" + (f"；只有 {many} 种可能" if many else ""),
                en=f"spelling of the seed: {form.text.en}, such as {form.example}"
                + (f"; only {many} seeds are possible" if many else ""),
            )
        ]
        if self.seed_at:
            found.append(Text(zh=f"种子产生：{self.seed_at}", en=f"the seed comes about: {self.seed_at}"))
        if self.absent:
            who = named(self.absent, {one: label.get(one.partition("@")[0], one) for one in self.absent})
            zh, en = (f"{self.day} ", f" on {self.day}") if self.day else ("", "")
            found.append(Text(zh=f"{zh}不在岗，不参加抽签：{who}", en=f"not there{en}, left out: {who}"))
        return found


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


class Draw(Strict):
    """The fields that every draw of a scenario has; a kind adds its own."""

    name: ClassVar[str]
    summary: ClassVar[Text]
    #: What is committed to, and what the seed decides, as an audit file has them.
    committed: ClassVar[type[Committed]]
    result: ClassVar[type[Part]]
    #: Whether those drawn are needed on one day; else the scenario's periods say when.
    on_one_day: ClassVar[bool] = True

    kind: Annotated[str, Doc(zh="抽签种类", en="The kind of draw.")]
    title: Annotated[Text, Doc(zh="抽签名称", en="What people call the draw.")] = Text()
    seed: Annotated[
        Text,
        Doc(
            zh="公开种子的出处，须在承诺之后才产生，如指定期次的福利彩票开奖号码",
            en="Where the public seed will come from; it must come about after the commitment, such as the"
            " numbers of a lottery on a day that is named.",
        ),
    ] = Text()
    seed_form: Annotated[
        str,
        Doc(
            zh="种子的唯一写法：digits:N（N 位数字）、hex:N（N 位十六进制）、decimal:N（N 位小数）；"
            "默认按 seed 所写的彩票（3D、排列3、排列5）",
            en="The one spelling of the seed: digits:N, hex:N, decimal:N (N decimals); by default that of the"
            " lottery that `seed` names (3D, 排列3, 排列5).",
        ),
    ] = ""
    seed_at: Annotated[
        str,
        Doc(
            zh="种子产生的时间，如 2026-03-01 21:15（北京时间）；默认为 seed 所写日期的零时",
            en="When the seed comes about: 2026-03-01 21:15 (China time); by default the beginning of the day"
            " that `seed` names.",
        ),
    ] = ""
    day: Annotated[
        date | None,
        Doc(
            zh="抽中者须在岗的日期；当日未到岗、已退休或离岗者不参加抽签；默认为种子产生之日",
            en="The day on which those drawn are needed: nobody who is not there is in the pool; by"
            " default the day of the seed.",
        ),
    ] = None

    @abstractmethod
    def pool(self, view: ScenarioView) -> Any:
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
    def decide(cls, committed: Any, numbers: LotteryNumbers) -> Part:
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
