"""Identity: the people of the scenario for whom a plain name may stand.

A party to a case or an end of a tie may be written as a name. Until ``identities.csv`` says otherwise, the
name of one of our people stands for that person too: a conflict of interest is assumed, never overlooked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from allocator.model.scenario import Organisation
from allocator.model.tables import Case, Identity, Tie

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】|〔[^〕]*〕")
_SPACES = re.compile(r"\s+")


def name_key(name: str) -> str:
    """Return the key by which names are compared: no spaces, no bracketed remarks, one width, one case."""
    plain = unicodedata.normalize("NFKC", name)
    return _SPACES.sub("", _BRACKETS.sub("", plain)).casefold()


@dataclass(frozen=True)
class Meaning:
    """The people for whom a name stands at one place.

    Attributes:
        people: Ids of our people for whom the name stands or may stand.
        open: The ids among ``people`` for which ``identities.csv`` has no answer yet.
        certain: Whether an answer says that the name is one of these people.
    """

    people: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    certain: bool = False


@dataclass(frozen=True)
class Identities:
    """The answers of ``identities.csv`` about the people of an organisation."""

    organisation: Organisation
    answers: tuple[Identity, ...]

    def meaning(self, name: str, case: str = "") -> Meaning:
        """Return the people for whom ``name`` stands as a party to ``case``, or anywhere without a case."""
        if name in self.organisation.entities and not (case and self._is_own_name(name)):
            return Meaning()
        answered = [one for one in self.about(name) if one.person and one.case in ("", case)]
        same = tuple(dict.fromkeys(one.person for one in answered if one.same))
        if same:
            return Meaning(same, certain=True)
        others = {one.person for one in answered}
        may_be = tuple(person for person in self._bearers.get(name_key(name), ()) if person not in others)
        return Meaning(may_be, open=may_be)

    def about(self, name: str) -> tuple[Identity, ...]:
        """Return the answers about a name in any spelling."""
        return self._answers.get(name_key(name), ())

    def told_apart(self, name: str) -> bool:
        """Return whether an answer says that a name in several cases is several people."""
        return any(not one.person and not one.same for one in self.about(name))

    def settled(self, name: str) -> bool:
        """Return whether an answer decides if a name in several cases is one person."""
        return any(not one.person or one.same for one in self.about(name))

    def party_names(self, name: str, case: str) -> tuple[str, ...]:
        """Return the names of a party: its own (with the case if told apart), and the ids of our people."""
        people = self.meaning(name, case).people
        own = f"{name}（{case}）" if self.told_apart(name) else name
        if own not in people and self._is_own_name(own):
            own = f"{name}（同名者）"
        return tuple(dict.fromkeys((own, *people)))

    def _is_own_name(self, name: str) -> bool:
        """Return whether a name is also the id of a person with this name, as in a table without ids."""
        person = self.organisation.people.get(name)
        return person is not None and name_key(person.name) == name_key(name)

    def is_asked_about(self, name: str) -> bool:
        """Return whether a party's name is ambiguous: the name is no id, or an id that is also a name."""
        return name not in self.organisation.entities or self._is_own_name(name)

    def tie_ends(self, name: str) -> tuple[str, ...]:
        """Return the names of an end of a tie: an entity or place unchanged, any other end like a party."""
        if name in self.organisation.entities or name in self.organisation.places:
            return (name,)
        meaning = self.meaning(name)
        if meaning.certain:
            return meaning.people
        apart = self._cases_of.get(name, ()) if self.told_apart(name) else ()
        return (*([f"{name}（{case}）" for case in apart] or [name]), *meaning.people)

    @cached_property
    def _bearers(self) -> Mapping[str, tuple[str, ...]]:
        return _grouped((name_key(person.name), person.id) for person in self.organisation.people.values())

    @cached_property
    def _answers(self) -> Mapping[str, tuple[Identity, ...]]:
        found: dict[str, list[Identity]] = {}
        for answer in self.answers:
            found.setdefault(name_key(answer.name), []).append(answer)
        return {key: tuple(answers) for key, answers in found.items()}

    @cached_property
    def _cases_of(self) -> Mapping[str, tuple[str, ...]]:
        cases = self.organisation.cases.values()
        return _grouped((name, case.id) for case in cases for name in case.parties)


def with_identities(organisation: Organisation, answers: tuple[Identity, ...]) -> Organisation:
    """Return the organisation with the ids of people added to parties and ties given by name."""
    identities = Identities(organisation, answers)
    cases = {case.id: _with_parties(case, identities) for case in organisation.cases.values()}
    ties = tuple(tie for stated in organisation.ties for tie in _between_people(stated, identities))
    assumed = dict(_assumed(organisation, identities))
    return replace(organisation, cases=cases, ties=ties, identities=answers, assumed=assumed)


def _assumed(organisation: Organisation, identities: Identities) -> Iterator[tuple[str, str]]:
    """Yield each person with the name of a party or of an end of a tie that may be this person."""
    named = [(name, case.id) for case in organisation.cases.values() for name in case.parties]
    named += [(name, "") for tie in organisation.ties for name in (tie.source, tie.target)]
    for name, case in named:
        if name not in organisation.places:
            yield from ((person, name) for person in identities.meaning(name, case).open)


def _with_parties(case: Case, identities: Identities) -> Case:
    parties = tuple(
        dict.fromkeys(one for name in case.parties for one in identities.party_names(name, case.id))
    )
    return case if parties == case.parties else case.model_copy(update={"parties": parties})


def _between_people(tie: Tie, identities: Identities) -> Iterator[Tie]:
    """Yield the tie for each pair of people that its ends may be; no tie of a person to themselves."""
    sources, targets = identities.tie_ends(tie.source), identities.tie_ends(tie.target)
    if (sources, targets) == ((tie.source,), (tie.target,)):
        yield tie
        return
    for source in sources:
        for target in targets:
            if source != target:
                yield tie.model_copy(update={"source": source, "target": target})


def _grouped(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for key, value in pairs:
        if key:
            found.setdefault(key, {})[value] = None
    return {key: tuple(values) for key, values in found.items()}
