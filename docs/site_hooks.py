"""Fits the documentation to the site of one language.

A page ``x.zh.md`` is ``x.md`` on the Chinese site, ``x.en.md`` on the English one. A page ``x.md`` is on
both, unless that site has one of its own. Links to files of the repository that are no pages become plain
text. Chinese is searched character by character.
"""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
#: Files of the repository that are pages of the site, by their path from the root.
PAGES = {"CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
LINK = re.compile(r"(?P<mark>!?)\[(?P<text>[^\]\n]*)\]\((?P<target>[^)\s]+)\)")
CODE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
#: What the tests read after the language of a fenced block.
INFO = re.compile(r"^(```[a-z]+) [^\n]*$", re.MULTILINE)
#: A line break inside a Chinese sentence, which would show as a blank.
BROKEN = re.compile(r"(?m)^(?![#|>\s])(.*[\u3001-\u9fff\uff00-\uffef])\n(?=[\u3001-\u9fff\uff00-\uffef“‘])")
HAN = re.compile(r"(?<=[\u3400-\u9fff])(?=[\u3400-\u9fff])")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Drop the pages of the other language, and take in those of this one and of the root folder."""
    language = config.theme["language"]
    for file in list(files):
        path = PurePosixPath(file.src_uri)
        if path.suffix != ".md" or path.stem.rpartition(".")[2] not in ("zh", "en"):
            continue
        files.remove(file)
        if path.stem.endswith(f".{language}"):
            name = str(path.with_name(path.stem[:-3] + ".md"))
            shared = files.get_file_from_path(name)
            if shared is not None:
                files.remove(shared)
            files.append(File.generated(config, name, abs_src_path=file.abs_src_path))
    for source, name in PAGES.items():
        files.append(File.generated(config, name, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Point the links of a page to pages of this site, to the other site, or nowhere; mend its looks."""
    if page.parent is None:
        page.meta["hide"] = ["navigation"]  # a section of one page needs no menu of its own
    markdown = INFO.sub(r"\1", markdown)
    for _ in range(2):  # lines overlap where three follow each other
        markdown = BROKEN.sub(r"\1", markdown)
    source = Path(page.file.abs_src_path or "").resolve().relative_to(ROOT)
    blocks = [match.span() for match in CODE.finditer(markdown)]

    def pointed(link: re.Match[str]) -> str:
        if any(start <= link.start() < end for start, end in blocks):
            return link[0]
        target, hash_mark, anchor = link["target"].partition("#")
        if not target or "://" in target:
            return link[0]
        there = normpath(str(PurePosixPath(source.parent.as_posix()) / target))
        if source.name.endswith(".zh.md") and there == source.as_posix().replace(".zh.md", ".md"):
            there = there.replace(".md", ".en.md")  # the English page
        to = _address(there, page.file, config.theme["language"], files)
        if to is None:
            return link["text"]
        return f"{link['mark']}[{link['text']}]({to}{hash_mark}{anchor})"

    return LINK.sub(pointed, markdown)


def _address(there: str, here: File, language: str, files: Files) -> str | None:
    """Return how the page ``here`` links to a file of the repository; None if no site has it."""
    name = PAGES.get(there, there.removeprefix("docs/"))
    other = "en" if language == "zh" else "zh"
    if name.endswith(f".{other}.md"):
        up = "../" * here.dest_uri.count("/")
        return f"{up}{'en/' if other == 'en' else '../'}{name[:-6]}.html"
    name = name.replace(f".{language}.md", ".md")
    if files.get_file_from_path(name) is None:
        return None
    return relpath(name, str(PurePosixPath(here.src_uri).parent))


@event_priority(-50)
def on_post_build(config: MkDocsConfig) -> None:
    """Part the Chinese characters of the search index, which has no words without blanks."""
    place = Path(config.site_dir) / "search" / "search_index.json"
    index = json.loads(place.read_text(encoding="utf-8"))
    for entry in index["docs"]:
        for key in ("title", "text"):
            entry[key] = HAN.sub("\u200b", entry[key])
    place.write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
