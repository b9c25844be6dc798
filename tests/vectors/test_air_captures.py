"""Recordings of real remotes, kept beside the repository."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from wardbell_simulator.decode_command import decode
from wardbell_simulator.trains import Train, read_trains

CAPTURES = Path(__file__).resolve().parents[3] / "shared" / "captures"

pytestmark = pytest.mark.skipif(
    not (CAPTURES / "words.jsonl").exists(), reason="no ../shared/captures beside the repository"
)


def rows_of(name: str) -> list[dict[str, Any]]:
    with (CAPTURES / name).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def codes_of(train: Train) -> list[str]:
    return [press["code"] for press in decode(train)["presses"]]


# Not one press of the expected code, by any reading of the air.
SEVERAL_PRESSES = {
    "sub018": ["334E03"],  # two doorbells one after the other; the train ends before the second
    "sub074": ["75ED64", "75ED64"],  # 1.04 s of nothing between both
    "sub083": ["4055C3", "4055CC"],  # on, then 0.41 s after its release off
}
# On, then 0.25 s after its release off: one press, and neither key is lost.
TWO_KEYS = {"sub082": "40553C", "sub084": "40570C"}


def test_remotes_give_their_code_as_one_press() -> None:
    rows = rows_of("words.jsonl")
    wrong = {}
    for row in rows:
        codes = codes_of(Train(row["id"], row["pulses"]))
        if codes != SEVERAL_PRESSES.get(row["id"], [row["expect_code"]]):
            wrong[row["id"]] = codes
    assert wrong == {}
    assert len(rows) - sum(row["id"] in SEVERAL_PRESSES for row in rows) == 68


def test_what_a_remote_says_further_on_in_a_press_is_told_too() -> None:
    said = {}
    for row in rows_of("words.jsonl"):
        for press in decode(Train(row["id"], row["pulses"]))["presses"]:
            for part in press.get("then", []):
                said[row["id"]] = part["code"]
                assert part["code"] in row["other_codes"]
    assert said == TWO_KEYS


def test_other_devices_give_no_code() -> None:
    rows = rows_of("not_words.jsonl")
    assert len(rows) == 109
    assert {row["id"]: codes for row in rows if (codes := codes_of(Train(row["id"], row["pulses"])))} == {}


@pytest.mark.parametrize("stretch_us", [-120, 120])
def test_longer_words_give_no_code_through_a_slicer_that_stretches_marks(stretch_us: int) -> None:
    rows = [row for row in rows_of("not_words.jsonl") if row["kind"] == "longer-word-trap"]
    assert len(rows) > 10
    found = {}
    for row in rows:
        stretched = [pulse + stretch_us if abs(pulse) > 120 else pulse for pulse in row["pulses"]]
        found[row["id"]] = codes_of(Train(row["id"], stretched))
    assert not any(found.values())


def worsen(pulses: list[int], scale: float, t_us: float, source: random.Random) -> list[int]:
    """Give another clock, edges that jitter by 0.05 T, marks 0.2 T longer, a cut head and 30 impulses of 60 µs a second."""
    on: list[list[float]] = []
    now_us = 0.0
    for pulse in pulses[source.randrange(40) :]:
        end_us = now_us + abs(pulse) * scale
        if pulse > 0:
            on.append([now_us + source.gauss(0, 0.05 * t_us), end_us + source.gauss(0.2, 0.05) * t_us])
        now_us = end_us
    for _ in range(round(now_us / 1e6 * 30)):
        at_us = source.uniform(0, now_us)
        on.append([at_us, at_us + 60])
    worse: list[int] = []
    end_of_last_us = 0
    for start_us, end_us in sorted((round(start), round(end)) for start, end in on):
        if worse and start_us <= end_of_last_us:
            worse[-1] += max(0, end_us - end_of_last_us)
        else:
            worse += [min(-1, end_of_last_us - start_us), max(1, end_us - start_us)]
        end_of_last_us = max(end_of_last_us, end_us)
    return [*worse, -500_000]


@pytest.mark.parametrize("scale", [0.6, 1, 1.9])
def test_nothing_here_is_tuned_to_these_files(scale: float) -> None:
    source = random.Random(433)
    rows = rows_of("words.jsonl")
    n_right = 0
    for row in rows:
        allowed = SEVERAL_PRESSES.get(row["id"], [row["expect_code"]])
        codes = codes_of(Train(row["id"], worsen(row["pulses"], scale, row["T_us"] * scale, source)))
        n_right += codes == allowed
        # Of four words a cut head and an impulse may leave but one: then nothing is heard, never another code.
        assert set(codes) <= {*allowed, TWO_KEYS.get(row["id"])}, row["id"]
    assert n_right >= 0.95 * len(rows)
    for row in rows_of("not_words.jsonl"):
        assert codes_of(Train(row["id"], worsen(row["pulses"], scale, 400 * scale, source))) == [], row["id"]


def test_recordings_as_iq_give_the_same_code() -> None:
    expected = {row["id"]: [row["expect_code"]] for row in rows_of("words.jsonl") if "iq_file" in row}
    files = sorted((CAPTURES / "iq").glob("*.cu8"))
    assert len(files) == 16
    found = {train.id: codes_of(train) for file in files for train in read_trains(file)}
    assert found == {train_id: expected[train_id] for train_id in found}
