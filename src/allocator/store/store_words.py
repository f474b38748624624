"""Texts that events hold: who, why, and the names of plans, each refused where it cannot be kept."""

from __future__ import annotations

from allocator.errors import Fault, InputError, shorten
from allocator.model.text import Text

#: Most characters of a name, and of any other text.
LONGEST_NAME, LONGEST_TEXT = 80, 2_000
#: Blanks that are no fault: a reason may have lines, and full-width blanks.
_BLANKS = str.maketrans({"\n": " ", "\t": " ", "\u3000": " "})
#: What names have not: it would be read as a version or as a path.
NOT_IN_NAMES = "@/\\:"


def check_text(text: str, column: str, *, name: bool = False) -> None:
    """Refuse a text that cannot be kept, or a name that could not be told from other references.

    Args:
        text: The text.
        column: The option that gives it, for the fault.
        name: Whether it is the name of a plan.

    Raises:
        InputError: It is too long, is not printable, or holds a character that names have not.
    """
    limit = LONGEST_NAME if name else LONGEST_TEXT
    if len(text) > limit:
        message = Text(zh=f"超过 {limit} 个字", en=f"is longer than {limit} characters")
        raise InputError([Fault(message, column=column, found=shorten(text))])
    if not text.isprintable() and not text.translate(_BLANKS).isprintable():
        message = Text(zh="含有不可见的字符", en="holds a character that cannot be seen")
        raise InputError([Fault(message, column=column, found=shorten(text))])
    if not name:
        return
    if not text or text != text.strip() or "\n" in text or "\t" in text:
        message = Text(
            zh="名称不能为空，首尾不能有空格", en="a name is not empty, and has no blank at its ends"
        )
        raise InputError([Fault(message, column=column, found=shorten(text))])
    if wrong := [one for one in NOT_IN_NAMES if one in text]:
        message = Text(zh="名称中不能有此字符", en="a name cannot hold this character")
        raise InputError([Fault(message, column=column, found=shorten(text), allowed=f"≠ {' '.join(wrong)}")])
