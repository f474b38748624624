"""Make the pictures of the scenarios' pages anew, by the very commands that stand below them on each page.

Run: python docs/pictures.py [NAME ...] [--plans FOLDER]

All scenarios take some minutes. With --plans, plans that are in the folder are drawn without solving anew,
and new ones are kept there.
"""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "scenarios"
NAMES = tuple(sorted(path.parent.name for path in (ROOT / "scenarios").glob("*/scenario.yaml")))


def commands(page: str) -> list[list[str]]:
    """Return the commands in the section "Picture" of a page, word by word: first solve, then export."""
    section = re.split(r"^## Pictures?$", page, flags=re.MULTILINE)[-1]
    blocks = re.findall(r"^```sh\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines if line.startswith("allocator ")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", default=NAMES, metavar="NAME")
    parser.add_argument("--plans", type=Path, metavar="FOLDER")
    given = parser.parse_args()
    if unknown := set(given.names) - set(NAMES):
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
    with tempfile.TemporaryDirectory() as folder:
        plans = given.plans or Path(folder)
        plans.mkdir(parents=True, exist_ok=True)
        for name in given.names:
            make(name, plans.resolve() / f"{name}.json")


def make(name: str, plan: Path) -> None:
    """Run the commands of a page with its plan kept in a file of its own."""
    program = str(Path(sys.executable).with_name("allocator"))
    for words in commands((PAGES / f"{name}.md").read_text(encoding="utf-8")):
        if words[1] == "solve" and plan.exists():
            continue
        print("$", shlex.join(words), flush=True)
        called = [str(plan) if word == "plan.json" else word for word in words[1:]]
        subprocess.run([program, *called], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
