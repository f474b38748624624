"""The role of a scenario that the text of a post names: ``组长`` in ``驻县财政局纪检监察组组长``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from allocator.intake.import_notes import FilePlace, Questions
from allocator.intake.roster_reader import RosterPerson
from allocator.model.reading.roster_fields import SKIP
from allocator.model.text import Text

_BETWEEN = re.compile(r"[、，,；;/\n兼]+")
_REMARK = re.compile(r"[（(]([^（）()]*)[)）]$")
#: A remark behind a title that only gives its grade or rank: ``组长（正科级）``.
_GRADE = re.compile(r".*(?:级|正科|副科|正处|副处|正厅|副厅)")
_MESSAGE = Text(
    zh="职务与场景中的角色相近：是否担任该角色？",
    en="is a post near a role of the scenario: does it have the role?",
)


@dataclass(frozen=True)
class PostRoles:
    """The roles of a scenario by the words that posts use.

    Attributes:
        roles: The title of each role by its id.
    """

    roles: Mapping[str, Text]

    def named(self, unit: str, title: str) -> tuple[set[str], set[str]]:
        """Return the roles that a post certainly names, and those that it may name.

        A role is named by its whole title, also behind the unit's name, or by the end of the unit's name
        with the title: 室主任 by the director of an office. A deputy (副) is never the lead; other words
        before a role, or a remark behind it, leave it in doubt.

        Args:
            unit: Name of the unit.
            title: The titles in the unit.
        """
        sure: set[str] = set()
        likely: set[str] = set()
        for part in filter(None, (one.strip() for one in _BETWEEN.split(title))):
            remark = _REMARK.search(part)
            plain = _REMARK.sub("", part).strip()
            for role, is_whole in self._of_part(unit, plain):
                is_sure = is_whole and (remark is None or bool(_GRADE.fullmatch(remark[1])))
                (sure if is_sure else likely).add(role)
        return sure, likely - sure

    def _of_part(self, unit: str, title: str) -> list[tuple[str, bool]]:
        """Return the roles that one title names, each with whether it is named as a whole."""
        whole: dict[str, int] = {}
        within: list[tuple[str, bool]] = []
        for role, text in self.roles.items():
            for word in {text.zh, text.en, role} - {""}:
                if title.casefold() == word.casefold() or _is_end(unit, title, word):
                    whole[role] = max(whole.get(role, 0), len(word))
                elif not word.isascii() and title.endswith(word):
                    before = title.removesuffix(word)
                    if unit and before.endswith(unit):
                        whole[role] = max(whole.get(role, 0), len(word))
                    elif not before.endswith("副"):
                        within.append((role, False))
        if whole:
            longest = max(whole.values())
            return [(role, True) for role, length in whole.items() if length == longest]
        return within

    def ask(self, person: RosterPerson, unit: str, title: str, questions: Questions) -> str:
        """Return the role of a present post; empty if it names none, and while it is asked which.

        Args:
            person: The person, for the place of the question.
            unit: Name of the unit.
            title: The titles in the unit.
            questions: Collects the questions; has the answers so far.
        """
        sure, likely = self.named(unit, title)
        if len(sure) == 1 and not likely:
            return sure.pop()
        if not sure and not likely:
            return ""
        key = FilePlace(person.place.label, 0, "role").key(f"{unit}{title}")
        answer = questions.answer(key)
        if answer is not None:
            words = {word: role for role, text in self.roles.items() for word in (text.zh, text.en, role)}
            return words.get(answer, "")
        choices = [self.roles[role].zh or role for role in self.roles if role in sure | likely]
        place = FilePlace(person.place.label, person.place.row, "role")
        questions.ask(place, _MESSAGE, key, [*choices, SKIP], found=title)
        return ""


def _is_end(unit: str, title: str, word: str) -> bool:
    """Whether a role is the end of a unit's name with the title: 室主任 of 第一监督检查室 and 主任."""
    before = word.removesuffix(title)
    return bool(title) and bool(before) and before != word and unit.endswith(before)
