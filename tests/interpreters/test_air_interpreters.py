from collections.abc import Callable
from pathlib import Path

VECTORS = Path(__file__).resolve().parents[2] / "protocol" / "vectors" / "air.json"


def test_both_interpreters_make_the_same_of_the_air(run_both: Callable[..., str]) -> None:
    output = run_both("air_vectors.py", str(VECTORS))
    assert output.count("PressStarted") > 30
    assert "EncodeError" not in output
