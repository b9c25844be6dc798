"""Recordings of real remotes, kept beside the repository."""

import json
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


# What is in these trains is more than one press of one button, by any reading of the air.
SEVERAL_PRESSES = {
    "sub018": ["334E03"],  # two doorbells one after the other; the train ends before the second
    "sub074": ["75ED64", "75ED64"],  # 1.04 s of nothing between both
    "sub082": ["405533", "40553C"],  # on, then 0.27 s later off, each with its own release
    "sub083": ["4055C3", "4055CC"],
    "sub084": ["405703", "40570C"],
}


def test_remotes_give_their_code_as_one_press() -> None:
    rows = rows_of("words.jsonl")
    wrong = {}
    for row in rows:
        codes = codes_of(Train(row["id"], row["pulses"]))
        if codes != SEVERAL_PRESSES.get(row["id"], [row["expect_code"]]):
            wrong[row["id"]] = codes
    assert wrong == {}
    assert len(rows) - sum(row["id"] in SEVERAL_PRESSES for row in rows) == 66


def test_other_devices_give_no_code() -> None:
    rows = rows_of("not_words.jsonl")
    assert len(rows) == 109
    assert {row["id"]: codes for row in rows if (codes := codes_of(Train(row["id"], row["pulses"])))} == {}


def test_recordings_as_iq_give_the_same_code() -> None:
    expected = {row["id"]: [row["expect_code"]] for row in rows_of("words.jsonl") if "iq_file" in row}
    files = sorted((CAPTURES / "iq").glob("*.cu8"))
    assert len(files) == 16
    found = {train.id: codes_of(train) for file in files for train in read_trains(file)}
    assert found == {train_id: expected[train_id] for train_id in found}
