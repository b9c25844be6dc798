"""What the tests of `wardbell provision` ask for."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from provision_bench import Board, ward_in


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    """A board without settings, plugged in."""
    with contextlib.closing(Board(tmp_path / "flash")) as board:
        yield board


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The state folder of a gateway that has a ward."""
    return ward_in(tmp_path)
