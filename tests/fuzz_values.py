"""Hostile values and small changes to texts and bytes, from which all inputs of the fuzz tests are made."""

from __future__ import annotations

from random import Random


def words(text: str) -> list[str]:
    """Return the words of a line."""
    return text.split()


#: Characters that drive a terminal, turn the direction, hide, or are half of one.
MARKS = (
    *map(
        chr, (0, 7, 8, 0xB, 0xC, 0xF, 0x7F, 0x85, 0xA0, 0xAD, 0x61C, 0x180E, 0x200B, 0x200D, 0x200E, 0x2028)
    ),
    *map(chr, (0x2029, 0x202E, 0x2066, 0x2069, 0x3000, 0xD800, 0xDFFF, 0xE000, 0xFEFF, 0xFFFF, 0xE0041)),
    *("\x1b[2J", "\x1b]0;x\x07", "\x9b1m", "\U0001f468\u200d\U0001f469", "e\u0301"),
)

#: Numbers at and beyond the ends of what machines count with.
NUMBERS = (
    *words("0 -0 -1 1 2 0.1 -0.0 1e3 1e-400 1e308 1e999 -1e999 nan inf -inf 999999999 1000000000 1000000001"),
    *words("2147483647 2147483648 -2147483649 9007199254740993 999999999999999999 9223372036854775807"),
    *words("9223372036854775808 -9223372036854775808 -9223372036854775809 18446744073709551616"),
    *words("0x7fffffffffffffff 0b1 0o17 1_000 1,000 １２ ½ ² ٣ 一 +5 --5 1. .5"),
    *("1" + "0" * 40, "9" * 5000),
)

#: Words that mean something in one of the formats.
WORDS = (
    *words("P1 P99 G1 U1 Z1 C1 2026 2027 lead member 组长 王建国 head all once hard true null ~ on no"),
    *words(
        "=1+1 +1 -1+2 @SUM(A1) ＝1+1 ' \" a,b a;b {} [] { [ #x &a *a << | > --- ... : ;;; \\ \\x1b \\ud800"
    ),
    *words("!!python/object:x 2026-02-30 0000-00-00 9999-12-31 10000-01-01 1900-02-29 2026.13 1980年3月"),
    *words(
        "二〇二六年 45000 law:5;audit:3 law:99999999999999999999 law ${HOME} %s%n [bold]x[/bold] <script>"
    ),
    *words(
        "&lt; ]]> ../../etc/passwd /dev/zero CON 1组长+3组员 ≤1 1-0 =9999999999组员 2026-01-01/2026-02-01"
    ),
    *("", " ", "a\tb", "a\nb", "a\r\nb", "- x", "a: b", "!!int x", "%YAML 1.1", "P1=G1", "P1=G1/lead@2026"),
    *("x" * 300, "王" * 2000, "(" * 200, "[" * 500, "a." * 200, "1+" * 200 + "1"),
)


def value(draw: Random) -> str:
    """Return a hostile cell, scalar or option."""
    kind = draw.randrange(10)
    if kind < 3:
        return draw.choice(NUMBERS)
    if kind < 6:
        return draw.choice(WORDS)
    if kind < 8:
        return draw.choice(WORDS)[:20] + draw.choice(MARKS) + draw.choice(WORDS)[:20]
    if kind < 9:
        return "".join(draw.choice(MARKS + NUMBERS[:12] + WORDS[:40]) for _ in range(draw.randrange(1, 6)))
    return "".join(
        chr(draw.choice((draw.randrange(128), draw.randrange(0x3000)))) for _ in range(draw.randrange(12))
    )


def changed(text: str, draw: Random) -> str:
    """Return a text with a few of its characters, pieces or lines changed."""
    for _ in range(draw.randrange(1, 4)):
        at = draw.randrange(len(text) + 1)
        end = min(len(text), at + draw.choice((0, 1, 1, 2, 8, 40)))
        lines = text.split("\n")
        line = draw.randrange(len(lines))
        other = draw.randrange(len(lines))
        kind = draw.randrange(6)
        if kind == 0:
            text = text[:at] + draw.choice(MARKS) + text[at:]
        elif kind == 1:
            text = text[:at] + value(draw) + text[end:]
        elif kind == 2:
            text = text[:at] + draw.choice("\"',;:{}[]#&*!|>-\t\n\r%@`") + text[end:]
        elif kind == 3:
            text = "\n".join([*lines[:line], *lines[line + 1 :]])
        elif kind == 4:
            text = "\n".join([*lines[:line], lines[other], *lines[line:]])
        else:
            text = text[:at] + text[end:]
    return text


def encoded(text: str, draw: Random) -> bytes:
    """Return a text as bytes: mostly UTF-8, now and then another encoding or broken."""
    kind = draw.randrange(20)
    if kind < 16:
        return text.encode("utf-8", "surrogatepass" if kind < 2 else "replace")
    if kind == 16:
        return text.encode(draw.choice(("gb18030", "utf-16", "utf-16-be", "utf-8-sig", "utf-32")), "replace")
    return broken(text.encode("utf-8", "replace"), draw)


def broken(content: bytes, draw: Random) -> bytes:
    """Return bytes with a few of them changed, or cut short."""
    made = bytearray(content)
    for _ in range(draw.randrange(1, 5)):
        at = draw.randrange(len(made) + 1)
        kind = draw.randrange(4)
        if kind == 0:
            made[at:at] = bytes(draw.randrange(256) for _ in range(draw.randrange(1, 5)))
        elif kind == 1:
            made[at : at + 1] = bytes([draw.randrange(256)])
        elif kind == 2:
            del made[at : at + draw.randrange(1, 30)]
        elif draw.randrange(4) == 0:
            del made[at:]
    return bytes(made)
