"""The loops that a board runs as machine code find on MicroPython what they find as Python."""

from collections.abc import Callable


def test_the_ear_hears_the_same_on_both(run_both: Callable[..., str]) -> None:
    lines = run_both("air_ear.py").splitlines()
    assert len(lines) == 400
    assert any("AirChanged('keying')" in line or "AirChanged('silent')" in line for line in lines)
    assert any(line.split()[1] == "0" for line in lines[150:250])
