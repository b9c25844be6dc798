"""What a receiver on Wi-Fi says on the bus, and its survey."""

from collections.abc import Callable
from pathlib import Path

FIRMWARE = Path(__file__).parents[2] / "firmware"


def test_topics_sequence_and_margins_on_both(run_both: Callable[..., str]) -> None:
    output = run_both("bus_rules.py", str(FIRMWARE))
    assert output.count("refused") >= 2
    assert "gap True" in output
    assert "weak" in output
