"""Files and functions stay small enough to be read whole."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

LONGEST_FILE = 400
# A form's migration is frozen with the databases that it has made; this one makes nearly all tables.
FROZEN = "callcenter/wardbell_callcenter/store/migrations/versions/form_0003.py"
LONGEST_FUNCTION = 50
FOLDERS = ("protocol", "firmware", "gateway", "console_tui", "callcenter", "simulator", "hw", "tests")


def python_files(root: Path) -> Iterator[Path]:
    """Yield every Python file of ours."""
    for folder in FOLDERS:
        yield from sorted((root / folder).rglob("*.py"))


def long_functions(source: str) -> list[tuple[str, int]]:
    """Return (name, lines) of each function above the limit; a docstring counts, as it is read too."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                found.append((node.name, lines))
    return found


def test_no_file_is_too_long(root: Path) -> None:
    lengths = {str(file.relative_to(root)): len(file.read_text().splitlines()) for file in python_files(root)}
    assert {name for name, lines in lengths.items() if lines > LONGEST_FILE} == {FROZEN}


def test_no_function_is_too_long(root: Path) -> None:
    found = {str(file.relative_to(root)): long_functions(file.read_text()) for file in python_files(root)}
    assert {name: functions for name, functions in found.items() if functions} == {}


@pytest.mark.parametrize(("body_lines", "found"), [(49, []), (50, [("f", 51)])])
def test_the_limit_is_noticed(body_lines: int, found: list[tuple[str, int]]) -> None:
    assert long_functions("def f():\n" + "    pass\n" * body_lines) == found
