"""What the source tree is, as the architecture tests see it."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the top of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def project() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.fixture(scope="session")
def board_files(root: Path, project: dict[str, Any]) -> list[Path]:
    """Return the files that a board runs, by the list in pyproject.toml."""
    board = project["tool"]["wardbell"]["board"]
    host_only = {root / name for name in board["host_only"]}
    found = {file for folder in board["runs_on_board"] for file in (root / folder).rglob("*.py")}
    return sorted(found - host_only)
