"""The base class of a kind of draw, and the parts of every audit file."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict

from allocator.lottery.findings import Check, LotteryNumbers, ReportLine, names_with_ids
from allocator.lottery.scenario_view import ScenarioView
from allocator.lottery.seed import format_time, read_form, read_time
from allocator.model.plan import Assignment
from allocator.model.spec import Name, Strict
from allocator.model.text import Text
from allocator.rules.expressions.fields import Doc
from allocator.rules.rule import FieldError


class AuditModel(BaseModel):
    """A part of an audit file: frozen, without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class BilingualText(AuditModel):
    """A text in both languages, as an audit file stores it."""

    zh: str
    en: str

    @staticmethod
    def of(text: Text) -> BilingualText:
        """Return a text as an audit file stores it."""
        return BilingualText(zh=text("zh"), en=text("en"))

    @property
    def text(self) -> Text:
        """The text."""
        return Text(zh=self.zh, en=self.en)


def _seed_form(text: str) -> str:
    """Return a form of seeds in its one spelling."""
    try:
        return str(read_form(text))
    except ValueError:
        raise FieldError(zh="不是种子的写法", en="is no form of a seed") from None


def _seed_moment(text: str) -> str:
    """Return a time if it is spelt as audit files spell times."""
    try:
        same = not text or format_time(read_time(text)) == text
    except ValueError:
        same = False
    if not same:
        raise FieldError(zh="不是时间（如 2026-03-01T21:15+08:00）", en="is no time (2026-03-01T21:15+08:00)")
    return text


Moment = Annotated[str, AfterValidator(_seed_moment)]


class Terms(AuditModel):
    """The terms of a draw: the commitments besides its pool and rules.

    Attributes:
        form: The one spelling of the seed, such as ``digits:3``.
        seed_at: Time at which the seed becomes known, to the minute with offset; a rehearsal may lack it.
        committed_at: Time of the commitment; empty in a rehearsal.
        rehearsal: Whether the seed was known at the commitment, so that several could have been tried.
        day: Day on which those drawn must be present; empty where nobody ever joins, leaves or is away.
        absent: Ids left out of the pool as absent, with the period if there are several: ``P3@2027``.
        names: The name of each id of the pool.
        draws: Every draw of the scenario, so that no other draw can be put forward later.
    """

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
        """The time at which the seed becomes known."""
        return read_time(self.seed_at) if self.seed_at else None

    def lines(self, label: Mapping[str, str]) -> list[Text]:
        """Return the terms as lines of a report."""
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
            who = names_with_ids(
                self.absent, {one: label.get(one.partition("@")[0], one) for one in self.absent}
            )
            zh, en = (f"{self.day} ", f" on {self.day}") if self.day else ("", "")
            found.append(Text(zh=f"{zh}不在岗，不参加抽签：{who}", en=f"not there{en}, left out: {who}"))
        return found


class Committed(AuditModel):
    """The commitment of a draw; each kind adds its pool, rules and chances.

    Attributes:
        scenario: Name of the scenario.
        draw: Name of the draw.
        kind: Kind of the draw.
        title: Title of the draw.
        seed: Source of the public seed.
        terms: Spelling of the seed, times and names; None in a file of the first format.
    """

    scenario: str
    draw: str
    kind: str
    title: BilingualText
    seed: BilingualText
    terms: Terms | None = None

    def content(self) -> dict[str, Any]:
        """Return the commitment as plain data, whose SHA-256 is published."""
        return self.model_dump(mode="json", exclude={"terms"} if self.terms is None else None)


class Draw(Strict):
    """The fields that every draw of a scenario has; a kind adds its own."""

    name: ClassVar[str]
    summary: ClassVar[Text]
    #: Models of the commitment and of the result in an audit file.
    committed: ClassVar[type[Committed]]
    result: ClassVar[type[AuditModel]]
    #: Whether those drawn are needed on one day; else the periods of a layer tell when.
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
        """Return the pool, with the data that the rules depend on.

        Raises:
            InputError: An expression is wrong or reads an empty cell.
        """

    @abstractmethod
    def commit(self, scenario: str, draw: Name, pool: Any) -> Committed:
        """Return the commitment: the pool, the rules and every chance. May call a solver.

        Raises:
            CannotDraw: The rules cannot be met.
        """

    @classmethod
    @abstractmethod
    def decide(cls, committed: Any, numbers: LotteryNumbers) -> AuditModel:
        """Return the result for the lottery numbers of a seed, in plain Python that anyone can replay."""

    @abstractmethod
    def differences(self, committed: Any, pool: Any) -> Iterator[Check]:
        """Yield the differences between the pool and rules of a scenario and the commitment."""

    @classmethod
    @abstractmethod
    def proofs(cls, committed: Any) -> Iterator[Check]:
        """Yield the claims about rules and chances, each checked again without the solver that made them."""

    @classmethod
    @abstractmethod
    def lines(cls, committed: Any, result: Any) -> Iterator[ReportLine]:
        """Yield the lines of a report: the pool by rule, with chances and, after the draw, those drawn."""

    @classmethod
    @abstractmethod
    def winners(cls, committed: Any, result: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield each subject of the draw with the ids drawn for it; the subject of a panel is empty."""

    @classmethod
    def remarks(cls, committed: Any) -> Iterator[Text]:
        """Yield further remarks of a report on the commitment."""
        yield from ()

    @classmethod
    def assignments(cls, committed: Any, result: Any) -> tuple[Assignment, ...] | None:
        """Return the assignments drawn; None for a kind that draws no plan."""
        return None

    def identity(self, scenario: str, draw: Name) -> dict[str, Any]:
        """Return the fields of a commitment that every kind has."""
        words = {"title": BilingualText.of(self.title), "seed": BilingualText.of(self.seed)}
        return {"scenario": scenario, "draw": draw, "kind": self.kind, **words}
