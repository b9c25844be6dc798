"""Desk and apps on both interpreters: the same display, tones, pins and pulses."""

from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_an_evening_at_the_desk_on_both(run_both: Callable[..., str]) -> None:
    output = run_both("firmware_desk.py", str(ROOT / "tests"), str(ROOT / "firmware"))
    assert "'I know!" in output
    assert "'No host link'" in output


def test_a_press_through_both_apps_on_both(run_both: Callable[..., str]) -> None:
    output = run_both("firmware_apps.py", str(ROOT / "tests"), str(ROOT / "firmware"), str(ROOT / "simulator"))
    assert "'lcd'" in output
    assert "'air'" in output
    assert output.rstrip().endswith("seen")


def test_the_nodes_rules_on_both(run_both: Callable[..., str]) -> None:
    output = run_both("firmware_bedside.py", str(ROOT / "tests"), str(ROOT / "firmware"))
    assert "unusable" in output
    assert "staff present" in output
