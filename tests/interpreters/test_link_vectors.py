"""The link on both interpreters."""

from collections.abc import Callable
from pathlib import Path

TESTS = Path(__file__).parents[1]


def test_link_vectors_on_both(run_both: Callable[..., str]) -> None:
    output = run_both("link_vectors.py", str(TESTS))
    assert len(output.splitlines()) > 20
    assert "False" not in output
