from collections.abc import Callable
from pathlib import Path

VECTORS = Path(__file__).resolve().parents[2] / "protocol" / "vectors" / "frame.json"


def test_both_interpreters_make_the_same_of_frames(run_both: Callable[..., str]) -> None:
    output = run_both("frame_vectors.py", str(VECTORS))
    assert output.count("FrameStarted") > 30
    assert "forged" in output
    assert "weak" in output
