"""Keys for a virtual ward: enrolled as people do it, one bed left without, anew in each life."""

import json
from pathlib import Path

from wardbell_gateway.registry import read_registry
from wardbell_simulator.keying import LEGACY_BED, with_keys
from wardbell_simulator.plan import default_plan
from wardbell_simulator.sim_command import write_registry


def test_every_bed_but_one_has_the_key_that_the_registry_has(tmp_path: Path) -> None:
    path = tmp_path / "registry.json"
    plan = with_keys(default_plan(), path)
    assert path.stat().st_mode & 0o777 == 0o600
    keys = {station.station_id: (station.node_id, station.key) for station in read_registry(path).stations}
    assert {node.station_id: (node.node_id, node.key) for node in plan.nodes} == keys
    assert not any(key in repr(plan) for _, key in keys.values() if key)
    assert [station_id for station_id, (_, key) in keys.items() if not key] == [LEGACY_BED]


def test_another_life_has_other_keys_and_leaves_what_people_have_changed(tmp_path: Path) -> None:
    path = tmp_path / "registry.json"
    first = with_keys(default_plan(), path)
    document = json.loads(path.read_text())
    document["stations"] = {n: row for n, row in document["stations"].items() if row["station_id"] != "203-1"}
    path.write_text(json.dumps(document))
    second = with_keys(default_plan(), path)
    keys = [{node.station_id: node.key for node in plan.nodes} for plan in (first, second)]
    assert all(keys[0][bed] != keys[1][bed] for bed in keys[0] if bed != LEGACY_BED)
    assert keys[1]["203-1"] == ""
    assert "203-1" not in {station.station_id for station in read_registry(path).stations}


def test_a_registry_written_with_keys_is_for_its_owner_alone(tmp_path: Path) -> None:
    plan = with_keys(default_plan(), tmp_path / "registry.json")
    write_registry(plan, tmp_path / "other.json")
    assert (tmp_path / "other.json").stat().st_mode & 0o777 == 0o600
    assert read_registry(tmp_path / "other.json").has_keys
