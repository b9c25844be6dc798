"""Which files a role needs: its main module, the self-test, and all that they import, however deep.

Manifests freeze them, `mip_package.py` compiles them for stock MicroPython. Runs on any Python 3.8, with nothing but its
standard library: MicroPython's build runs it.
"""

import ast
import sys
from pathlib import Path
from typing import Iterator, List, Optional, Set, Tuple

REPOSITORY = Path(__file__).resolve().parents[2]
ROOTS = (REPOSITORY / "protocol", REPOSITORY / "firmware")
MAINS = {
    "bedside": "wardbell_firmware.boards.rp2040.main_bedside",
    "receiver": "wardbell_firmware.boards.rp2040.main_receiver",
    "bedside-c3": "wardbell_firmware.boards.esp32c3.main_bedside",
}
ON_DEMAND = "wardbell_firmware.self_test"  # `wardbell provision` runs it at the REPL


def role_files(role: str) -> List[Tuple[Path, Path]]:
    """(import root, file below it) of each file of a role, sorted. Raises FileNotFoundError where one is not there."""
    found: Set[Tuple[Path, Path]] = set()
    waiting = _with_packages(MAINS[role]) + _with_packages(ON_DEMAND)
    while waiting:
        file = _file_of(waiting.pop())
        if file is not None and file not in found:
            found.add(file)
            waiting += _imports(file[0] / file[1])
    return sorted(found)


def _file_of(module: str) -> Optional[Tuple[Path, Path]]:
    """Where a module of ours is; None for what MicroPython itself brings, and for names inside a module."""
    path = Path(*module.split("."))
    for root in ROOTS:
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if (root / file).is_file():
                return root, file
    return None


def _imports(source: Path) -> Iterator[str]:
    """Every module that a file may load on the device, the packages above it included."""
    for node in _running(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            yield from (node.module + "." + alias.name for alias in node.names)
        else:
            continue
        for name in names:
            if name.startswith("wardbell_") and _file_of(name) is None:
                raise FileNotFoundError(str(source) + " imports " + name + ", which is not there")
            yield from _with_packages(name)


def _with_packages(module: str) -> List[str]:
    """The module and each package above it."""
    parts = module.split(".")
    return [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """Every node but those that only type checkers read."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.dump(child.test) == ast.dump(_TYPE_CHECKING)):
            yield from _running(child)


_TYPE_CHECKING = ast.parse("TYPE_CHECKING", mode="eval").body


if __name__ == "__main__":
    for import_root, path in role_files(sys.argv[1]):
        print((import_root / path).relative_to(REPOSITORY))
