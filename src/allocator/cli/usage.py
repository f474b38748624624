"""What is wrong with a call, in both languages: the library for command lines speaks English only."""

from __future__ import annotations

import re
from collections.abc import Mapping

from allocator.model.text import Text

_CALLS: Mapping[str, str] = {
    r"No such command '(.*?)'\. Did you mean (.*)\?": "没有命令 {}；是否为 {}？",
    r"No such command '(.*?)'": "没有命令 {}",
    r"No such option: (\S+) \(Possible options?: (.*)\)": "没有选项 {}；是否为 {}？",
    r"No such option: (\S+) Did you mean (.*)\?": "没有选项 {}；是否为 {}？",
    r"No such option: (\S+)": "没有选项 {}",
    r"Missing (?:argument|option|parameter)[: ]*'?(.*?)'?\. Choose from: (.*)": "缺少参数 {}；可用 {}",
    r"Missing (?:argument|option|parameter)[: ]*'?(.*?)'?\.?$": "缺少参数 {}",
    r"Option '(.*?)' requires an argument": "选项 {} 后须有值",
    r"Got unexpected extra argument(?:\(s\))? \((.*)\)": "多余的参数 {}",
}
_VALUE = re.compile(r"Invalid value for '?(.*?)'?: (.*)")
_VALUES: Mapping[str, str] = {
    r"Input should be greater than or equal to (.*)": "须不小于 {}",
    r"Input should be less than or equal to (.*)": "须不大于 {}",
    r"Input should be a valid number": "须为数",
    r"Input should be a valid integer": "须为整数",
    r"'(.*?)' is not one of (.*)": "“{}”不在可选之列：{}",
}


def usage_words(message: str) -> Text:
    """Return what the library says of a call; what is not known to this table stays English."""
    english = " ".join(message.replace("Value error, ", "").split()).rstrip(".")
    wrong = _VALUE.match(english)
    if wrong:
        chinese = f"{wrong[1]} 的值有误：{_translated(wrong[2], _VALUES)}"
    else:
        chinese = _translated(english, _CALLS)
    return Text(zh=f"命令有误：{chinese}；用法见 --help", en=f"wrong call: {english}; see --help")


def _translated(english: str, table: Mapping[str, str]) -> str:
    for pattern, chinese in table.items():
        if found := re.match(pattern, english):
            return chinese.format(*(group.replace("'", "") for group in found.groups()))
    return english
