"""Calls and escalation on both interpreters."""

from collections.abc import Callable
from pathlib import Path

TESTS = Path(__file__).parents[1]


def test_calls_vectors_on_both(run_both: Callable[..., str]) -> None:
    output = run_both("calls_vectors.py", str(TESTS))
    assert len(output.splitlines()) > 30
    assert "False" not in output
