"""The protocol of a draw: first ``commit``, then ``reveal``; and the replay that judges an audit file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from allocator.errors import Fault, InputError, shorten
from allocator.lottery.audit import FORMAT_1, Audit, audit_text
from allocator.lottery.draw_binding import BoundDraw
from allocator.lottery.draw_kind import BilingualText, Terms
from allocator.lottery.findings import Check, LotteryNumbers, commitment_hash, name_with_id, names_with_ids
from allocator.lottery.seed import ALLOWED_FORMS, format_time, now, read_form
from allocator.model.text import Text
from allocator.rules.packs import YamlEntry


def commit(bound: BoundDraw, *, rehearsal: bool = False, at: datetime | None = None) -> Audit:
    """Return a draw with its pool, rules and chances, and the commitment to publish. Calls a solver.

    Args:
        bound: The draw.
        rehearsal: Whether the seed is known already. A rehearsal needs no source and no times, and its file
            is marked as no public draw for good.
        at: Time of the commitment; the current time by default.

    Raises:
        InputError: The draw lacks the source, the form or the time of its seed, or the seed is known already.
        CannotDraw: The rules cannot be met.
    """
    moment = at or now()
    faults = [] if rehearsal else list(_timing_faults(bound, moment))
    if faults:
        raise InputError(faults)
    terms = Terms(
        form=str(bound.spelling),
        seed_at=format_time(bound.seed_at) if bound.seed_at else "",
        committed_at="" if rehearsal else format_time(moment),
        rehearsal=rehearsal,
        day=bound.day.isoformat() if bound.day else "",
        absent=bound.absent,
        names=dict(sorted(bound.pool.label.items())),
        draws=tuple(sorted(bound.scenario.spec.draws)),
    )
    committed = bound.draw.commit(bound.scenario.name, bound.name, bound.pool)
    committed = committed.model_copy(update={"terms": terms})
    return Audit(type(bound.draw), committed, commitment_hash(committed.content()))


def _timing_faults(bound: BoundDraw, moment: datetime) -> Iterator[Fault]:
    """Yield why a commitment at a moment would prove nothing."""
    location = YamlEntry({"id": f"draws.{bound.name}"}, bound.scenario.document, ("draws", bound.name))
    example = "seed_at: 2026-03-01 21:15"
    if not bound.draw.seed:
        message = Text(
            zh="须写明种子的出处，否则抽签人可以挑选种子",
            en="must say where the seed will come from, or whoever draws could choose it",
        )
        yield location.fault(message, "seed")
    if bound.form is None:
        message = Text(
            zh="须写明种子的写法（所写出处没有唯一写法），否则抽签人可以挑选写法",
            en="must say how the seed is spelt, which does not follow from its source, or whoever draws could"
            " choose a spelling",
        )
        yield location.fault(message, "seed_form", allowed=ALLOWED_FORMS)
    if bound.seed_at is None:
        message = Text(
            zh="须写明种子何时产生，否则无人知道承诺是否在前",
            en="must say when the seed comes about, or nobody can tell that the commitment came before",
        )
        yield location.fault(message, "seed_at", allowed=example)
    elif bound.seed_at <= moment:
        message = Text(
            zh=f"种子在承诺（{format_time(moment)}）之前已产生；请用以后的种子。只作演练可直接给出 --seed",
            en=f"the seed came about before the commitment ({format_time(moment)}): name a later one; "
            "to rehearse, give --seed at once",
        )
        yield location.fault(message, "seed_at", found=format_time(bound.seed_at), allowed=example)


def reveal(audit: Audit, seed: str) -> Audit:
    """Return the draw with the result that a public seed decides.

    Raises:
        InputError: The seed does not have the spelling of the commitment.
    """
    terms = audit.committed.terms
    if terms is None:
        message = Text(
            zh=f"{FORMAT_1} 格式没有固定种子的写法，不能再用来抽签；请重新承诺",
            en=f"the format {FORMAT_1} fixed no spelling of the seed, so it is not drawn from; commit anew",
        )
        raise InputError([Fault(message, column="--seed")])
    public = read_form(terms.form).check(seed)
    return audit.drawn(public, audit.kind.decide(audit.committed, LotteryNumbers(audit.commitment, public)))


#: Names of wrong winners that a message lists at most.
_MAX_NAMED = 20


def replay_checks(bound: BoundDraw, audit: Audit, content: bytes) -> Iterator[Check]:
    """Yield every check of an audit file against the scenario.

    Args:
        bound: The draw of the scenario.
        audit: The content of the file.
        content: The bytes of the file.
    """
    yield _commitment_check(audit)
    yield from _identity_checks(bound, audit)
    yield from terms_checks(bound, audit)
    if isinstance(bound.draw, audit.kind):
        yield from bound.draw.differences(audit.committed, bound.pool)
    yield from audit.kind.proofs(audit.committed)
    yield from _result_check(bound, audit)
    if audit_text(audit).encode() != content:
        yield Check(
            Text(zh="文件与重新写出的逐字节不符", en="the file is not, byte for byte, as written"), False
        )


def _commitment_check(audit: Audit) -> Check:
    true = audit.recomputed_commitment
    if audit.commitment == true:
        return Check(Text(zh=f"承诺值相符：{true}", en=f"the commitment is right: {true}"))
    text = Text(
        zh=f"承诺值不符：文件为 {audit.commitment}，内容的为 {true}",
        en=f"the commitment is wrong: {audit.commitment} in the file, but its content has {true}",
    )
    return Check(text, False)


def _identity_checks(bound: BoundDraw, audit: Audit) -> Iterator[Check]:
    """Yield fields of the draw itself that differ from the scenario."""
    committed, draw = audit.committed, bound.draw
    pairs = {
        "scenario": (committed.scenario, bound.scenario.name),
        "draw": (committed.draw, bound.name),
        "kind": (committed.kind, draw.kind),
        "title": (committed.title, BilingualText.of(draw.title)),
        "seed": (committed.seed, BilingualText.of(draw.seed)),
    }
    for name, (there, here) in pairs.items():
        if there != here:
            found = [
                one.text if isinstance(one, BilingualText) else Text(zh=one, en=one) for one in (there, here)
            ]
            text = Text(
                zh=f"{name} 不同：文件为“{shorten(found[0].zh)}”，场景为“{shorten(found[1].zh)}”",
                en=f"{name} differs: '{shorten(found[0].en)}' in the file, '{shorten(found[1].en)}' here",
            )
            yield Check(text, False)


def _result_check(bound: BoundDraw, audit: Audit) -> Iterator[Check]:
    if audit.seed is None or audit.result is None:
        yield Check(Text(zh="尚未抽签", en="nothing has been drawn yet"))
        return
    again = audit.kind.decide(audit.committed, LotteryNumbers(audit.commitment, audit.seed))
    if again == audit.result:
        yield Check(Text(zh="由种子重放得到同样的结果", en="the seed gives this result again"))
        return
    said, true = (list(audit.kind.winners(audit.committed, result)) for result in (audit.result, again))
    there, here = (dict.fromkeys(name for _, names in one for name in names) for one in (said, true))
    label = bound.scenario.organisation.label
    wrong = _join_names(
        [f"{shorten(label(name), 40)} ({shorten(name, 40)})" for name in there if name not in here]
    )
    missing = _join_names([f"{label(name)} ({name})" for name in here if name not in there])
    text = Text(
        zh=f"由种子重放得到另一结果；不应抽中：{wrong}；应抽中：{missing}",
        en=f"the seed gives another result; wrongly drawn: {wrong}; left out: {missing}",
    )
    yield Check(text, False)


def _join_names(names: list[str]) -> str:
    more = f" ... (+{len(names) - _MAX_NAMED})" if len(names) > _MAX_NAMED else ""
    return (", ".join(names[:_MAX_NAMED]) + more) or "—"


def terms_checks(bound: BoundDraw, audit: Audit) -> Iterator[Check]:
    """Yield the checks of the terms of an audit file."""
    terms = audit.committed.terms
    if terms is None:
        text = Text(
            zh=f"{FORMAT_1} 格式没有固定种子的写法和承诺的时间：换一种写法即得另一结果",
            en=f"the format {FORMAT_1} fixed neither the spelling of the seed nor the time of the commitment:"
            " another spelling gives another result",
        )
        yield Check(text, False)
        return
    yield from _term_differences(bound, terms)
    yield from _name_checks(terms.names, bound.pool.label)
    yield _time_check(terms)
    if audit.seed is not None:
        yield _spelling_check(terms, audit.seed)


def _term_differences(bound: BoundDraw, terms: Terms) -> Iterator[Check]:
    """Yield the terms that differ from the scenario."""
    here = {
        "seed_form": (terms.form, str(bound.spelling)),
        "seed_at": (terms.seed_at, format_time(bound.seed_at) if bound.seed_at else ""),
        "day": (terms.day, bound.day.isoformat() if bound.day else ""),
        "draws": (", ".join(terms.draws), ", ".join(sorted(bound.scenario.spec.draws))),
        "absent": (", ".join(terms.absent), ", ".join(bound.absent)),
    }
    for name, (before, after) in here.items():
        if before != after:
            old, new = (shorten(one or "—", 120) for one in (before, after))
            text = Text(
                zh=f"{name} 不同：文件为“{old}”，场景为“{new}”",
                en=f"{name} differs: '{old}' in the file, '{new}' in the scenario",
            )
            yield Check(text, False)


def _name_checks(there: Mapping[str, str], here: Mapping[str, Any]) -> Iterator[Check]:
    """Yield ids whose names differ from the commitment: they may stand for other people now."""
    other = [one for one in here if one in there and there[one] != here[one]]
    if other:
        was, now = (names_with_ids(other, one) for one in (there, here))
        text = Text(
            zh=f"承诺之后改名（{len(other)}）：原为 {was}；现为 {now}",
            en=f"renamed since the commitment ({len(other)}): {was} then, {now} now",
        )
        yield Check(text, False)
    gone = [one for one in there if one not in here]
    if gone or len(there) != len(here):
        who = ", ".join(name_with_id(one, there[one]) for one in gone[:20]) or "—"
        text = Text(zh=f"承诺的姓名与池不符：{who}", en=f"the names are not those of the pool: {who}")
        yield Check(text, False)


def _time_check(terms: Terms) -> Check:
    if terms.rehearsal:
        text = Text(
            zh="演练：承诺与种子同时给出，可以试过多个种子；不是公开抽签",
            en="a rehearsal, no public draw: the seed was known when it was committed to",
        )
        return Check(text, False)
    if not terms.seed_at or not terms.committed_at:
        text = Text(
            zh="没有写明承诺和种子产生的时间",
            en="does not say when it was committed to and the seed came about",
        )
        return Check(text, False)
    made, due = datetime.fromisoformat(terms.committed_at), datetime.fromisoformat(terms.seed_at)
    early = made < due
    zh, en = ("先于", "before") if early else ("晚于", "NOT before")
    return Check(
        Text(
            zh=f"承诺（{terms.committed_at}）{zh}种子产生（{terms.seed_at}）",
            en=f"committed to ({terms.committed_at}) {en} the seed came about ({terms.seed_at})",
        ),
        early,
    )


def _spelling_check(terms: Terms, seed: str) -> Check:
    spelt = has_form(terms.form, seed)
    if spelt:
        return Check(
            Text(
                zh=f"种子的写法与承诺相符（{terms.form}）",
                en=f"the seed is spelt as committed to ({terms.form})",
            )
        )
    text = Text(
        zh=f"种子的写法与承诺（{terms.form}）不符：{shorten(seed)}",
        en=f"the seed is not spelt as committed to ({terms.form}): {shorten(seed)}",
    )
    return Check(text, False)


def public_checks(audit: Audit, published: str | None, seed: str | None) -> Iterator[Check]:
    """Yield whether a draw is the published one, drawn with the public seed.

    Args:
        audit: The draw.
        published: The line that was published, or its SHA-256 alone; None if it is not given.
        seed: The public seed; None if it is not given.
    """
    if published is not None:
        same = " ".join(published.split()) in (audit.witness, audit.recomputed_commitment)
        zh, en = ("是", "is") if same else ("不是", "is NOT")
        yield Check(Text(zh=f"{zh}公布的承诺", en=f"this {en} the commitment that was published"), same)
    if seed is not None:
        same = seed == audit.seed
        found, said = (shorten(one or "—") for one in (audit.seed, seed))
        zh, en = ("相同", "is") if same else ("不同", "is NOT")
        text = Text(
            zh=f"文件的种子（{found}）与公开的种子（{said}）{zh}",
            en=f"the seed of the file ({found}) {en} the public one ({said})",
        )
        yield Check(text, same)


def comparison_reminders(audit: Audit, published: str | None, seed: str | None) -> Iterator[Text]:
    """Yield reminders to compare the file with the published line and the public seed, where not given."""
    if published is None:
        yield Text(
            zh=f"提示：请与事先公布的一行对照（--published）：{audit.witness}",
            en=f"note: compare with the line that was published (--published): {audit.witness}",
        )
    if seed is None and audit.seed is not None:
        yield Text(
            zh=f"提示：种子请与公开结果对照（--seed）：{shorten(audit.seed)}",
            en=f"note: compare the seed with the event that it comes from (--seed): {shorten(audit.seed)}",
        )


_DIGITS = frozenset("0123456789")
_CHARACTERS = {"digits": _DIGITS, "hex": _DIGITS | frozenset("abcdef")}


def has_form(form: str, seed: str) -> bool:
    """Return whether a seed has a form such as ``digits:3``; shares no code with ``SeedForm.fits``."""
    kind, _, number = form.partition(":")
    if kind == "decimal":
        return _is_decimal(seed, int(number))
    return len(seed) == int(number) and set(seed) <= _CHARACTERS[kind]


def _is_decimal(seed: str, count: int) -> bool:
    whole, point, rest = seed.partition(".")
    plain = bool(whole) and set(whole) <= _DIGITS and len(whole) <= 18 and (whole == "0" or whole[0] != "0")
    return plain and point == "." and len(rest) == count and set(rest) <= _DIGITS
