"""A ward's plan: the one that comes with it, large ones, and people's own."""

import json
from pathlib import Path

import pytest

from wardbell_protocol.air.waveform import ALPHA_MAX_US, ALPHA_MIN_US, NARROW_ALPHA
from wardbell_protocol.calls.station import Station, StationTable
from wardbell_protocol.errors import ConfigError
from wardbell_simulator.plan import WardPlan, default_plan, large_plan, load_plan

OWN = """
ward = "west"
name = { en = "West ward", zh_CN = "西病区" }
noise = { rate_hz = 20.0, mean_us = 60.0 }
[[node]]
station_id = "1"
room = "1"
bed = ""
address = "0000000F"
keys = ["call", "assist"]
word_loss = 0.1
"""


@pytest.mark.parametrize("plan", [default_plan(), large_plan(300)], ids=["default", "large"])
def test_every_node_differs_and_its_clock_is_one_a_remote_has(plan: WardPlan) -> None:
    assert (
        len({node.station_id for node in plan.nodes}) == len({node.address for node in plan.nodes}) == len(plan.nodes)
    )
    for node in plan.nodes:
        assert 300 <= NARROW_ALPHA * node.alpha_us <= 500
        assert ALPHA_MIN_US <= node.alpha_us <= ALPHA_MAX_US


def test_the_default_ward_is_six_beds_a_cord_and_an_assist_key() -> None:
    plan = default_plan()
    assert sum("call" in node.keys for node in plan.nodes) == 6
    assert sum("cord" in node.keys for node in plan.nodes) == 1
    assert sum("assist" in node.keys for node in plan.nodes) == 1
    assert len({node.alpha_us for node in plan.nodes}) == 8


def test_the_registry_document_resolves_what_the_nodes_send() -> None:
    plan = default_plan()
    document = json.loads(json.dumps(plan.registry_document()))
    assert document["ward"] == {"1": {"ward": "east", "name": {"en": "East ward", "zh_CN": "东病区"}, "policies": {}}}
    table = StationTable([Station.from_record(record) for record in document["stations"].values()])
    found = table.resolve("000000", "0F1F01F0" + "0001")
    assert found is not None
    assert (found[0].place, found[1]) == ("203-2", "normal")


def test_a_ward_of_one_s_own(tmp_path: Path) -> None:
    path = tmp_path / "west.toml"
    path.write_text(OWN, encoding="utf-8")
    plan = load_plan(path)
    assert (plan.ward, plan.name["zh_CN"], plan.noise.rate_hz) == ("west", "西病区", 20.0)
    assert plan.nodes[0].settings()["signals"] == {"call": "normal", "assist": "staff_assist"}
    assert plan.nodes[0].word_loss == 0.1


KEY = "00112233445566778899aabbccddeeff"
KEYED = f'node_id = 7\nkey = "{KEY}"\n'


def test_a_node_with_a_key_needs_no_address_and_a_two_way_one_is_answered(tmp_path: Path) -> None:
    path = tmp_path / "west.toml"
    keyed = OWN.replace('address = "0000000F"\n', KEYED + "two_way = true\n")
    path.write_text(keyed.replace("[[node]]", "[receiver]\ntransmitter = true\n[[node]]"), encoding="utf-8")
    plan = load_plan(path)
    (node,) = plan.nodes
    assert node.settings() == {
        "node_id": 7,
        "key": KEY,
        "signals": {"call": "normal", "assist": "staff_assist"},
        "cells": 2,
    }
    assert (node.record()["node_id"], node.record()["key"], node.record()["address"]) == (7, KEY, "")
    assert (node.two_way, plan.receiver.transmitter) == (True, True)
    assert "key" not in default_plan().nodes[0].record()


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('address = "0000000F"', "node_id = 7", "node[0].key"),
        ('address = "0000000F"', f'key = "{KEY}"', "node[0].node_id"),
        ('address = "0000000F"', KEYED.replace("7", "70000"), "node[0].node_id"),
        ('address = "0000000F"', KEYED.replace("00112233", "0011223"), "node[0].key"),
        ('address = "0000000F"', KEYED.replace("00112233", "zz112233"), "node[0].key"),
        ('address = "0000000F"', KEYED + 'address = "00F"', "node[0].address"),
        ("word_loss = 0.1", "two_way = true", "node[0].two_way"),
        ('address = "0000000F"', KEYED + 'two_way = "yes"', "node[0].two_way"),
        ("word_loss = 0.1", 'battery_mv = "full"', "node[0].battery_mv"),
        ("word_loss = 0.1", "battery_mv = -1", "node[0].battery_mv"),
        ("[[node]]", "[receiver]\ntransmitter = 1\n[[node]]", "receiver.transmitter"),
        ("[[node]]", "[receiver]\ntransmit = true\n[[node]]", "(top)"),
        ('"0000000F"', '"00F"', "node[0].address"),
        ('"0000000F"', '"0000000X"', "node[0].address"),
        ('["call", "assist"]', '["bell"]', "node[0].keys"),
        ('["call", "assist"]', "[]", "node[0].keys"),
        ("word_loss", "word_lost", "node[0]"),
        ("ward =", "wards =", "(top)"),
        ("rate_hz", "rate", "(top)"),
        ("[[node]]", "[node", "(file)"),
        ("[[node]]", "[node]", "node"),
        ('room = "1"', "room = 1", "node[0].room"),
        ('"0000000F"', "5", "node[0].address"),
        ("word_loss = 0.1", "word_loss = 1.1", "node[0].word_loss"),
        ("word_loss = 0.1", "alpha_us = 5000", "node[0].alpha_us"),
        ("word_loss = 0.1", "words = 8.5", "node[0].words"),
        ("word_loss = 0.1", 'clear_at = "roof"', "node[0].clear_at"),
        ("mean_us = 60.0", "mean_us = 0", "noise.mean_us"),
        ("rate_hz = 20.0", 'rate_hz = "x"', "noise.rate_hz"),
        ('ward = "west"', "ward = 3", "ward, name"),
        ('ward = "west"', "policies = 3", "policies"),
        ("[[node]]", OWN.partition("[[node]]")[2].join(["[[node]]", "[[node]]"]), "node[1].station_id"),
    ],
)
def test_what_is_wrong_with_it_is_named(tmp_path: Path, old: str, new: str, key: str) -> None:
    path = tmp_path / "west.toml"
    path.write_text(OWN.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_plan(path)
    assert (caught.value.file, caught.value.key) == (str(path), key)


def test_the_example_in_the_readme_is_a_ward(tmp_path: Path) -> None:
    readme = Path(__file__).resolve().parents[2] / "simulator" / "README.md"
    path = tmp_path / "west.toml"
    path.write_text(readme.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    plan = load_plan(path)
    assert (plan.nodes[0].clock_error, plan.noise.dip_share) == (0.03, 0.2)


def test_one_node_id_is_one_node_s(tmp_path: Path) -> None:
    path = tmp_path / "west.toml"
    keyed = OWN.replace('address = "0000000F"\n', KEYED)
    path.write_text(keyed + "[[node]]" + keyed.partition("[[node]]")[2].replace('"1"', '"2"'), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_plan(path)
    assert caught.value.key == "node[1].node_id"


def test_no_message_shows_a_key(tmp_path: Path) -> None:
    path = tmp_path / "west.toml"
    path.write_text(OWN.replace('address = "0000000F"\n', KEYED.replace("eeff", "ee")), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_plan(path)
    assert KEY[:8] not in str(caught.value)
