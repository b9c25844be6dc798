"""Calls, board, stations and escalation against the vectors, and the specification's tables against the code."""

import json
from pathlib import Path
from typing import Any

import pytest
from calls_script import open_rows, play, steps_due

from wardbell_protocol.calls.board import CallBoard, CallEvent, Signal
from wardbell_protocol.calls.call import ALLOWED, STATUSES, Call
from wardbell_protocol.calls.escalation import EscalationPolicy, default_policies, policies_from_record
from wardbell_protocol.calls.signals import (
    AT_BED,
    CLEAR_PLACES,
    DATA_BY_SIGNAL,
    FAULT,
    KINDS,
    ORIGIN_ONLY,
    PRIORITY,
    SIGNAL_BY_DATA,
)
from wardbell_protocol.calls.station import Station, StationTable
from wardbell_protocol.errors import ConfigError

PROTOCOL = Path(__file__).parents[2] / "protocol"
VECTORS: dict[str, Any] = json.loads((PROTOCOL / "vectors" / "calls.json").read_text())
STATIONS = {record["station_id"]: Station.from_record(record) for record in VECTORS["stations"]}
named = pytest.mark.parametrize("script", VECTORS["scripts"], ids=lambda script: script["name"])


@named
def test_scripts(script: dict[str, Any]) -> None:
    done, board, _ = play(script, STATIONS)
    assert done == [step["expect"] for step in script["steps"]]
    assert open_rows(board) == script["open"]
    assert board.next_deadline_ms() == script["deadline"]


@named
def test_a_journal_folds_into_the_same_board(script: dict[str, Any]) -> None:
    _, board, journal = play(script, STATIONS)
    again = CallBoard("t", default_policies())
    for event in journal:
        again.apply(CallEvent.from_record(json.loads(json.dumps(event.to_record()))))
    assert again.open_calls() == board.open_calls()


def test_numbers_go_on_after_a_journal_was_folded() -> None:
    _, board, journal = play(VECTORS["scripts"][0], STATIONS)
    again = CallBoard("t", default_policies())
    for event in journal:
        again.apply(event)
    assert [event.call.call_id for event in again.receive(Signal(STATIONS["bed1"], "normal"), 0)] == ["t-2"]
    assert board.open_calls() == []


@pytest.mark.parametrize("vector", VECTORS["due"], ids=lambda vector: vector["name"])
def test_steps_due(vector: dict[str, Any]) -> None:
    assert [[at_ms, steps_due(vector, at_ms)] for at_ms, _ in vector["at"]] == vector["at"]


@pytest.mark.parametrize("vector", VECTORS["resolve"], ids=lambda vector: vector["trits"])
def test_codes_resolve(vector: dict[str, Any]) -> None:
    found = StationTable(list(STATIONS.values())).resolve(vector["code"], vector["trits"])
    assert (found and [found[0].station_id, found[1]]) == vector["expect"]


@pytest.mark.parametrize("vector", VECTORS["resolve_frame"], ids=lambda vector: f"{vector['node']}/{vector['event']}")
def test_frames_resolve(vector: dict[str, Any]) -> None:
    found = StationTable(list(STATIONS.values())).resolve_frame(vector["node"], vector["event"])
    assert (found and [found[0].station_id, found[1]]) == vector["expect"]


def test_words_of_a_station_with_a_key_are_told_from_words_that_nobody_enrolled() -> None:
    table = StationTable(list(STATIONS.values()))
    assert table.keyed_station("000000", "0F1F0FF00111") == STATIONS["keyed"]
    assert table.keyed_station("000000", "0F1F0F1F0111") is None
    assert table.keyed_station("000000", "FFFFFFFF0111") is None
    assert table.keys() == {0x1234: bytes(range(16))}


def test_a_call_of_an_older_journal_is_unauthenticated() -> None:
    record = Call("t-1", "bed1", "201", "1", "normal", 0).to_record()
    del record["authenticated"]
    assert Call.from_record(record).authenticated is False


def test_a_foreign_remote_resolves_by_its_code_in_either_case() -> None:
    station = Station("x", "7", "", codes={"a1b2c3": "bathroom"})
    assert StationTable([station]).resolve("A1B2C3", "FFFFFFFFFFFF") == (station, "bathroom")


def test_each_signal_has_its_own_data_trits_and_the_two_dangerous_ones_none() -> None:
    assert len(DATA_BY_SIGNAL) == len(SIGNAL_BY_DATA)
    assert not {"0000", "1111"} & set(SIGNAL_BY_DATA)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("where", CLEAR_PLACES)
@pytest.mark.parametrize("clear_at", [("bed",), ("bed", "receiver", "console")])
def test_who_may_clear_where(kind: str, where: str, clear_at: tuple[str, ...]) -> None:
    call = Call("t-1", "s", "1", "", kind, 0)
    call.clear_at = clear_at
    allowed = where == AT_BED or kind == FAULT or (kind not in ORIGIN_ONLY and where in clear_at)
    assert call.may_clear(where) == allowed


@pytest.mark.parametrize(
    ("record", "key", "remedy"),
    [
        ([], "policies", "give an object"),
        ({"tea": {}}, "policies.tea", "use one of"),
        ({"normal": []}, "policies.normal", "give"),
        ({"normal": {"steps": 3}}, "policies.normal.steps", "give a list"),
        ({"normal": {"steps": [["tea", 3]]}}, "policies.normal.steps[0]", "with a step of"),
        ({"normal": {"steps": [["forward", 60], ["call_centre", 30]]}}, "policies.normal.steps", "in the order"),
        ({"normal": {"steps": [["forward", 30], ["forward", 60]]}}, "policies.normal.steps", "each step once"),
        ({"normal": {"step": []}}, "policies.normal.step", "use steps, reraise_s, reraise_attended_s"),
        ({"normal": {"reraise_s": -1}}, "policies.normal.reraise_s", "whole seconds"),
        ({"normal": {"reraise_attended_s": True}}, "policies.normal.reraise_attended_s", "whole seconds"),
    ],
)
def test_policies_that_cannot_be_are_refused_with_a_remedy(record: object, key: str, remedy: str) -> None:
    with pytest.raises(ConfigError) as caught:
        policies_from_record(record, "ward.json")
    assert (caught.value.file, caught.value.key) == ("ward.json", key)
    assert remedy in caught.value.remedy


def test_what_a_policy_leaves_out_keeps_its_kinds_default() -> None:
    policies = policies_from_record({"emergency": {"reraise_s": 60}, "fault": {}, "normal": {"steps": []}})
    default = default_policies()
    assert (policies["emergency"].steps, policies["emergency"].reraise_s) == (default["emergency"].steps, 60)
    assert policies["fault"] == default["fault"]
    assert policies["normal"].steps == []


def test_policies_survive_their_record() -> None:
    policies = default_policies()
    again = policies_from_record({kind: policy.to_record() for kind, policy in policies.items()})
    assert again == policies


def test_the_next_step_is_the_first_that_is_not_due() -> None:
    call = Call("t-1", "s", "1", "", "normal", 0)
    policy = default_policies()["normal"]
    names = [step.name if (step := policy.next_step(call, at_ms)) else None for at_ms in (0, 30_000, 180_000, 300_000)]
    assert names == ["forward", "call_centre", "all_stations", None]


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading of the specification, its head and rule left out."""
    section = (PROTOCOL / "spec" / "calls.md").read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_specification_has_the_codes_state_table() -> None:
    table = {
        row[0]: tuple(status for status, cell in zip(STATUSES, row[1:], strict=True) if cell) for row in rows("States")
    }
    assert table == ALLOWED


def test_the_specification_has_the_codes_priorities_and_clearing() -> None:
    table = rows("Kinds")
    assert [(row[0], int(row[1])) for row in table] == [(kind, PRIORITY[kind]) for kind in KINDS]
    assert {row[0] for row in table if row[2] == "bed only"} == set(ORIGIN_ONLY)


def test_the_specification_has_the_codes_signals() -> None:
    assert {row[1]: row[0] for row in rows("Signals")} == DATA_BY_SIGNAL


def test_the_specification_has_the_codes_defaults() -> None:
    policies = default_policies()
    table = {row[0]: row[1:] for row in rows("Defaults")}
    assert set(table) == set(KINDS)
    for kind, cells in table.items():
        after = dict(policies[kind].steps)
        policy = policies[kind]
        wanted = [after.get("forward"), after.get("call_centre"), after.get("all_stations")]
        wanted += [policy.reraise_s or None, policy.reraise_attended_s or None]
        assert [int(cell) if cell else None for cell in cells] == wanted, kind


def test_a_step_keeps_its_number_when_the_policy_is_edited() -> None:
    call = Call("east-1", "203-2", "203", "2", "normal", 0)
    before = EscalationPolicy([("forward", 30), ("call_centre", 60)])
    after = EscalationPolicy([("call_centre", 60)])
    assert before.due(call, 60_000)[1].key == after.due(call, 60_000)[0].key
