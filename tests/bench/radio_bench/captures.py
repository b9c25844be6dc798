"""Section `captures`: real recordings of remotes, and of devices that are none of the family."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from figures import CAPTURES

from radio_bench.contenders import EdgeReceiver, OnSamples, Report

_TAIL_US = 500_000  # a recording may end with the last word's sync mark; the carrier stays off


def trains(receivers: dict[str, EdgeReceiver]) -> dict[str, object]:
    """Right, missed and wrong trains of the pulse recordings for each receiver of durations."""
    words, others = _rows("words.jsonl"), _rows("not_words.jsonl")
    return {
        "words": len(words),
        "not words": len(others),
        "scores": {name: _score(receiver, words, others) for name, receiver in receivers.items()},
    }


def files(receivers: Sequence[OnSamples]) -> dict[str, object]:
    """Right and wrong of the IQ recordings for each receiver of IQ."""
    expected = {row["id"]: int(row["expect_code"], 16) for row in _rows("words.jsonl")}
    allowed = {row["id"]: _codes_of(row) for row in _rows("words.jsonl")}
    paths = sorted((CAPTURES / "iq").glob("*.cu8"))
    scores = {}
    for receiver in receivers:
        heard = {path.name.split("_")[0]: _words(receiver.hear_file(path)) for path in paths}
        scores[receiver.name] = {
            "right": sum(expected[key] in codes for key, codes in heard.items()),
            "wrong": sum(bool(codes - allowed[key]) for key, codes in heard.items()),
        }
    return {"files": len(paths), "scores": scores}


def _score(receiver: EdgeReceiver, words: list[dict[str, Any]], others: list[dict[str, Any]]) -> dict[str, int]:
    right = wrong = 0
    for row in words:
        codes = _words(receiver.reports(_with_tail(row["pulses"])))
        right += int(row["expect_code"], 16) in codes
        wrong += bool(codes - _codes_of(row))
    false = [list(receiver.reports(_with_tail(row["pulses"]))) for row in others]
    return {
        "right": right,
        "wrong": wrong,
        "24 bits in not words": sum(bool(_words(found)) for found in false),
        "any code in not words": sum(bool(found) for found in false),
    }


def _with_tail(pulses: list[int]) -> list[int]:
    if pulses[-1] < 0:
        return [*pulses[:-1], pulses[-1] - _TAIL_US]
    return [*pulses, -_TAIL_US]


def _words(reports: Iterable[Report]) -> set[int]:
    return {report.code for report in reports if report.n_bits == 24}


def _codes_of(row: dict[str, Any]) -> set[int]:
    return {int(code, 16) for code in (row["expect_code"], *row["other_codes"])}


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CAPTURES / name).read_text().splitlines()]
