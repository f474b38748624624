"""Where which option of a study is the best, in words of both languages, and as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocator.model.text import Text
from allocator.report.desk.desk_tables import Cell, DeskColumn, DeskTable
from allocator.report.rendering.console import number
from allocator.report.study_view import StudyView
from allocator.report.suited_view import SuitedLine, SuitedView
from allocator.study.separating_rule import SeparatingRule, Threshold

UNDECIDED = Text(zh="未定", en="undecided")
SUITED_TITLE = Text(zh="何处宜用哪个选项", en="Where which option is the best")
SUITED_NOTE = Text(
    zh="宜用：在过半数的种子中已证明最优，其余选项没有一个方案能一样好。其余各列为第一比较项的中位数，≥ 后为"
    "提前结束的已证明下界",
    en="suits: proved the best in more than half of the seeds, so that no plan of another option is as good. "
    "The other columns are medians of the first criterion, after ≥ proven bounds of what was ended early",
)


def suited_lines(view: StudyView, suited: SuitedView) -> Iterator[Text]:
    """Yield which option suits how many scenarios, the smallest rule, and all rules."""
    yield _count_line(view, suited)
    yield _trials_line(view, suited)
    if suited.rule is not None:
        yield _rule_line(view, suited, suited.rule)
    for rule in suited.rules:
        if rule is not suited.rule:
            told, wrong = rule_text(view, suited, rule), _wrong(suited, rule)
            size = len(rule.terms)
            terms = "1 term" if size == 1 else f"{size} terms"
            zh, en = f"{size} 个条件：{told.zh}；{wrong.zh}", f"with {terms}: {told.en}; {wrong.en}"
            yield Text(zh=zh, en=en)


def _count_line(view: StudyView, suited: SuitedView) -> Text:
    named = [(option_text(view, name), count) for name, count in suited.suits.items()]
    zh = "，".join(f"{title('zh')} {number(count)}" for title, count in named)
    en = ", ".join(f"{title('en')} {number(count)}" for title, count in named)
    total = number(len(suited.lines))
    return Text(zh=f"{total} 个场景宜用：{zh}", en=f"of {total} scenarios, suited by: {en}")


def _trials_line(view: StudyView, suited: SuitedView) -> Text:
    standings = [line.standing for line in suited.lines]
    ties, left = sum(one.ties for one in standings), sum(one.open for one in standings)
    parts = []
    for name in view.options:
        wins, losses = (sum(one[name] for one in each) for each in _won_and_lost(suited))
        title = option_text(view, name)
        parts.append(Text(zh=f"{title('zh')} 胜 {number(wins)} 负 {number(losses)}",
                          en=f"{title('en')} {number(wins)} won {number(losses)} lost"))  # fmt: skip
    zh, en = "，".join(one.zh for one in parts), ", ".join(one.en for one in parts)
    return Text(
        zh=f"同场景、同种子已证明的：{zh}，平 {number(ties)}，未定 {number(left)}",
        en=f"proved on the same scenario and seed: {en}, {number(ties)} tied, {number(left)} undecided",
    )


def _won_and_lost(suited: SuitedView) -> tuple[list[dict[str, int]], list[dict[str, int]]]:
    return (
        [dict(line.standing.wins) for line in suited.lines],
        [dict(line.standing.losses) for line in suited.lines],
    )


def _rule_line(view: StudyView, suited: SuitedView, rule: SeparatingRule) -> Text:
    told, wrong = rule_text(view, suited, rule), _wrong(suited, rule)
    return Text(zh=f"最小规则：{told.zh}；{wrong.zh}", en=f"the smallest rule: {told.en}; {wrong.en}")


def rule_text(view: StudyView, suited: SuitedView, rule: SeparatingRule) -> Text:
    """Return a rule in words."""
    outside = option_text(view, rule.outside)
    if not rule.terms:
        return Text(zh=f"各处均为{outside('zh')}", en=f"{outside('en')} everywhere")
    inside = option_text(view, rule.inside)
    terms = [_term(suited, one) for one in rule.terms]
    zh = " 且".join(one.zh for one in terms)
    en = " and ".join(one.en for one in terms)
    return Text(
        zh=f"{zh} 的，用{inside('zh')}；其余用{outside('zh')}",
        en=f"{inside('en')} where {en}, elsewhere {outside('en')}",
    )


def _term(suited: SuitedView, term: Threshold) -> Text:
    title, value = suited.columns[term.column], f"{term.value:g}"
    zh, en = ("不少于", "at least") if term.at_least else ("不多于", "at most")
    return Text(zh=f"{title('zh')}{zh} {value}", en=f"{title('en')} {en} {value}")


def _wrong(suited: SuitedView, rule: SeparatingRule) -> Text:
    wrong, decided = number(rule.wrong), number(suited.decided)
    return Text(
        zh=f"{decided} 个已定的场景中错 {wrong} 个", en=f"wrong in {wrong} of {decided} decided scenarios"
    )


def option_text(view: StudyView, name: str) -> Text:
    """Return the title of an option; for none, that it is undecided."""
    return view.options[name] if name else UNDECIDED


def suited_table(view: StudyView, suited: SuitedView, *, narrow: bool = False) -> DeskTable:
    """Return a row for each scenario: what is known of it, its costs by option, and the option that suits.

    Args:
        view: The study.
        suited: Where which option is the best.
        narrow: Whether of what is known the table has only what the smallest rule looks at.
    """
    terms = suited.rule.terms if suited.rule is not None else ()
    looked_at = dict.fromkeys(one.column for one in terms)
    known = tuple(looked_at) if narrow else tuple(suited.columns)
    columns = (
        DeskColumn(Text(zh="场景", en="scenario"), 14),
        *(DeskColumn(suited.columns[name], 8) for name in known),
        *(DeskColumn(title, 10) for title in view.options.values()),
        DeskColumn(Text(zh="宜用", en="suits"), 14),
        DeskColumn(Text(zh="已证明", en="proved"), 8),
        DeskColumn(Text(zh="规则所示", en="by the rule"), 14),
    )
    rows = tuple(_row(view, suited, line, known) for line in suited.lines)
    return DeskTable("study-suited", SUITED_TITLE, columns, rows, notes=(SUITED_NOTE,))


def _row(view: StudyView, suited: SuitedView, line: SuitedLine, known: Sequence[str]) -> tuple[Cell, ...]:
    winner, rule = line.standing.winner, suited.rule
    told = rule.option_for(line.numbers) if rule is not None else ""
    is_wrong = bool(winner and told and told != winner)
    return (
        Cell(view.scenarios[line.scenario]),
        *(Cell(number=_short(line.numbers[name])) for name in known),
        *(_cost(line, name) for name in view.options),
        Cell(option_text(view, winner)),
        _words(proved_text(line)),
        Cell(option_text(view, told) if told else Text(), tone="warn" if is_wrong else ""),
    )


def proved_text(line: SuitedLine) -> str:
    """Return in how many trials the option that suits, or else any, is proved to be the best."""
    standing = line.standing
    wins = standing.wins[standing.winner] if standing.winner else max(standing.wins.values(), default=0)
    return f"{wins}/{standing.trials}"


def _short(value: float) -> float:
    return int(value) if value.is_integer() else value


def _cost(line: SuitedLine, name: str) -> Cell:
    middle, bound = line.medians[name], line.bounds[name]
    if middle is not None:
        return Cell(number=_short(middle))
    return _words("—" if bound is None else f"≥ {number(_short(bound))}")


def _words(text: str) -> Cell:
    return Cell(Text(zh=text, en=text))
