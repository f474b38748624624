"""One idea, one word: retired names do not come back.

``tests/retired_names/*.txt`` lists them, one a line: ``old -> new``. An old name is that of a module, a
class, a function, a method or a constant; ``package: old -> new`` retires it in one package only, as in
``optimise: tell -> on_bound``; ``old.py -> new`` retires the name of a module, which functions may have.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "allocator"
LISTS = sorted((ROOT / "tests" / "retired_names").glob("*.txt"))


def defined() -> Iterator[tuple[str, str, str]]:
    """Yield package, name and place of everything that is defined in the source."""
    for path in sorted(SOURCE.rglob("*.py")):
        place = path.relative_to(SOURCE)
        package = place.parts[0] if len(place.parts) > 1 else ""
        module = path.parent.name if path.stem == "__init__" else path.stem
        yield package, module, str(place)
        yield package, f"{module}.py", str(place)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield package, node.name, f"{place}:{node.lineno}"
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id.isupper():
                yield package, node.id, f"{place}:{node.lineno}"


DEFINED = list(defined())


def retired(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield package (empty for all), old name and new name of one list."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        old, new = line.split(" -> ")
        package, _, name = old.rpartition(": ")
        yield package.strip(), name.strip(), new.strip()


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_no_retired_name_is_defined_again(path: Path) -> None:
    names = list(retired(path))
    assert names
    found = [
        f"{place} defines {name}, which is now {new}"
        for package, name, new in names
        for where, other, place in DEFINED
        if other == name and package in ("", where)
    ]
    assert not found, "\n".join(found)


def test_the_search_for_names_finds_whatever_the_source_defines() -> None:
    names = {name for _, name, _ in DEFINED}
    assert {"organisation_graph", "Rule", "bind", "check", "LIVE_WORKERS"} <= names


def test_a_list_says_where_a_name_is_retired(tmp_path: Path) -> None:
    path = tmp_path / "some.txt"
    path.write_text("# comment\nPen -> ConstraintWriter\noptimise: tell -> on_bound\n", encoding="utf-8")
    assert list(retired(path)) == [("", "Pen", "ConstraintWriter"), ("optimise", "tell", "on_bound")]


#: A file of these packages is called as users call what it holds: a kind, a route, a solver, a format.
DISCOVERED = {"adapters", "kinds", "routes", "exporters"}


def test_no_two_modules_have_one_name() -> None:
    places = defaultdict(list)
    for path in sorted(SOURCE.rglob("*.py")):
        if not path.stem.startswith("__") and path.parent.name not in DISCOVERED:
            places[path.stem].append(str(path.relative_to(SOURCE)))
    assert not {name: found for name, found in places.items() if len(found) > 1}


def test_no_two_public_classes_have_one_name() -> None:
    places = defaultdict(list)
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(str(path.relative_to(SOURCE)))
    assert not {name: found for name, found in places.items() if len(found) > 1}
