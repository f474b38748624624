"""Messages of the YAML parsers in both languages: of libyaml and of PyYAML's own parser."""

from __future__ import annotations

import re

import yaml

from allocator.model.text import Text

_TAB = Text(zh="缩进不能用制表符（Tab），请用空格", en="a tab cannot indent; use spaces")
_QUOTE = Text(zh="引号没有闭合", en="a quote is never closed")
_CONTROL = re.compile(r"control characters|special characters")

_CHINESE = {
    r"(did not find )?expected ',' or '\]'": "方括号 [ 没有闭合，或缺少逗号",
    r"(did not find )?expected ',' or '\}'": "花括号 { 没有闭合，或缺少逗号",
    r"(did not find expected key|expected <block end>)": "缩进与上文不一致，或此处缺少“键: 值”",
    r"mapping values are not allowed": "此处不能有冒号；含冒号的文字请加引号",
    r"mapping keys are not allowed": "此处不能有问号开头的键",
    r"(block )?sequence entries are not allowed": "此处不能有“- ”列表项",
    r"did not find expected '-' indicator": "列表在此中断，应以“- ”开头",
    r"could not find expected ':'": "键后面缺少冒号",
    r"found character .*cannot start any token": "不能以此字符开头；文字以 @ ` % 等开头的请加引号",
    r"(did not find expected|expected the) node content": "此处缺少内容",
    r"found unknown escape character": "双引号内有不认识的转义；反斜杠请写两个，或改用单引号",
    r"(did not find|expected).*hex": "双引号内的转义须为十六进制数",
    r"found invalid Unicode character escape": "双引号内的转义不是字符编码",
    r"found unexpected document indicator": "引号没有闭合就遇到 --- 或 ...",
    r"found unexpected end of stream": "文件在此中断",
    r"found undefined tag handle|found undefined tag": "标签没有定义；文字以 ! 开头的请加引号",
    r"(did not find|expected).*(tag URI|'!'|URI)": "标签的写法有误；文字以 ! 开头的请加引号",
    r"(did not find expected|expected).*alphabetic or numeric": "& 或 * 之后缺少名称；以它们开头的请加引号",
    r"(did not find expected|expected).*comment or.* line break": "| 或 > 之后只能换行",
    r"(found an|expected) indentation indicator": "| 或 > 之后的缩进数须为 1 到 9",
    r"found .*(duplicate|incompatible|unknown).*(directive|document)": "文件开头的 % 指令有误",
    r"duplicate tag handle|found extremely long version number": "文件开头的 % 指令有误",
    r"(did not find|could not find|found).*(digit|version number|directive|white|alphabetical)": (
        "文件开头的 % 指令有误"
    ),
    r"expected (a digit|' ')": "文件开头的 % 指令有误",
    r"(did not find the )?expected '>'": "标签的写法有误；文字以 ! 开头的请加引号",
    r"found unexpected ':'": "此处不能有冒号；含冒号的文字请加引号",
    r"found unexpected document separator": "引号没有闭合就遇到 --- 或 ...",
    r"expected chomping or indentation": "| 或 > 之后只能是 +、- 或缩进数",
    r"found (undefined alias|duplicate anchor)|second occurrence": "不能用 & 和 * 引用，请写全",
    r"but found another document": "一个文件只能有一份内容，不能有第二个 ---",
    r"(did not find )?expected .*document start": "此前的内容已经结束，此处多出内容",
}


def syntax_text(error: yaml.MarkedYAMLError, character: str) -> Text:
    """Return the message for a syntax error.

    Args:
        error: The error of the parser.
        character: The character at the place of the error; empty at the end of the file.
    """
    problem, context = error.problem or "", error.context or ""
    if "tab character" in problem or character == "\t":
        return _TAB
    if "quoted scalar" in context and "end of stream" in problem:
        return _QUOTE
    known = (zh for pattern, zh in _CHINESE.items() if re.match(pattern, problem))
    return Text(zh=next(known, f"写法有误（{problem}）"), en=problem)


def reader_text(reason: str) -> Text:
    """Return the message for a text that is no YAML, such as one with a control character."""
    zh = "含有控制字符" if _CONTROL.search(reason) else f"不是 YAML（{reason}）"
    en = "has a control character" if _CONTROL.search(reason) else f"is not YAML: {reason}"
    return Text(zh=zh, en=en)
