"""How a plan was found, in one line: what the engine writes down in English, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from allocator.model.asked import Asked
from allocator.model.text import Language, Text
from allocator.report.rendering.console import pick, printable

#: So many pins, exclusions and layers to keep are named.
MOST_ASKED = 12
_KNOWN = {
    "seconds": Text(zh="用时（秒）", en="seconds"),
    "route": Text(zh="求解路径", en="route"),
    "structure": Text(zh="结构", en="structure"),
    "seed": Text(zh="种子", en="seed"),
    "workers": Text(zh="线程", en="workers"),
    "stopped": Text(zh="结束于", en="ended by"),
}
_ENDED = {
    "proved": Text(zh="证明完成", en="proof"),
    "time": Text(zh="时限", en="the time limit"),
    "work": Text(zh="工作量限额", en="the limit of work"),
    "windows": Text(zh="最后一个窗口", en="the last window"),
    "asked": Text(zh="中断", en="request"),
    "memory": Text(zh="内存限额", en="the limit of memory"),
}
#: What ``run.structure`` may say, and the same in Chinese; the names of rules stay what they are.
_STRUCTURES: Mapping[str, str] = {
    r"network but for what is paid: (.*)": "除计价外为网络流（{}）",
    r"no network: (.*)": "非网络流（{}）",
    r"no network": "非网络流",
    r"network": "网络流",
    r"zones": "片区",
    r"not looked at": "未及分析",
    r"rolling, windows of (\d+), no plan found for (.*)": "滚动求解，窗口 {} 期，{} 未得方案",
    r"rolling, windows of (\d+)": "滚动求解，窗口 {} 期",
}
_MORE = re.compile(r" and (\d+) more\b")


def run_line(run: Mapping[str, Any], language: Language) -> str:
    """Return in one line how a plan was found; empty if the plan does not say."""
    shown = {
        **run,
        "stopped": _ENDED.get(str(run.get("stopped")), Text())(language),
        "structure": _structure(str(run.get("structure", "")), language),
    }
    parts = [f"{words(language)} {shown[key]}" for key, words in _KNOWN.items() if key in run]
    versions = run.get("versions")
    if isinstance(versions, Mapping):
        parts.extend(f"{name} {version}" for name, version in versions.items())
    return printable(" · ".join(parts))


def asked_line(run: Mapping[str, Any], language: Language) -> str:
    """Return what the call asked for beside the scenario, as it is written there; empty if nothing was."""
    try:
        asked = Asked.model_validate(run.get("asked", {}))
    except ValidationError:  # `verify` says what is wrong with it
        return ""
    words = pick(language, "另有要求：", "asked for beside the scenario: ")
    return printable(f"{words}{listed_options(asked)}") if asked else ""


def listed_options(asked: Asked) -> str:
    """Return what was asked for as options in one line, the first so many of them."""
    options = asked.options
    more = len(options) - MOST_ASKED
    return "  ".join(options[:MOST_ASKED]) + (f"  ... +{more}" if more > 0 else "")


def _structure(said: str, language: Language) -> str:
    """Return what the engine says of a program; what is not known to this table stays English."""
    if language == "en":
        return said
    for pattern, chinese in _STRUCTURES.items():
        if found := re.fullmatch(pattern, said):
            return _MORE.sub(r" 等另 \1 条", chinese.format(*found.groups()))
    return said
