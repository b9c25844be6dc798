"""The registry file is followed; a broken one leaves the last good state in force."""

import json
from pathlib import Path

import pytest
from gateways import station, tables, write_registry

from wardbell_gateway.file_look import LOOK_EVERY_MS
from wardbell_gateway.registry_watch import RegistryWatch, last_good_path
from wardbell_protocol.errors import ConfigError


def rewrite(path: Path, *ids: str, ward: str = "east") -> None:
    """Another good content."""
    content = tables(*(station(station_id) for station_id in ids))
    content["ward"]["1"] = {"ward": ward}
    path.write_text(json.dumps(content))


def ids(watch: RegistryWatch) -> list[str]:
    """Stations in force."""
    return [station.station_id for station in watch.registry.stations]


def is_troubled(watch: RegistryWatch) -> bool:
    """Whether the file cannot be used."""
    return watch.trouble is not None


def test_a_change_is_taken_over_and_copied(tmp_path: Path) -> None:
    path = write_registry(tmp_path)
    watch = RegistryWatch(path)
    assert not watch.poll(0)
    rewrite(path, "203-1")
    assert not watch.poll(LOOK_EVERY_MS - 1)
    assert watch.poll(LOOK_EVERY_MS)
    assert ids(watch) == ["203-1"]
    assert last_good_path(path).read_bytes() == path.read_bytes()


def test_a_copy_that_holds_keys_is_for_its_owner_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write_registry(tmp_path)
    watch = RegistryWatch(path)
    path.write_text(json.dumps(tables(station("203-1", node_id=7, key="c0ffee00" * 4))))
    path.chmod(0o644)
    assert watch.poll(0)
    assert last_good_path(path).stat().st_mode & 0o777 == 0o600
    assert ("chmod 600" in caplog.text, "c0ffee" in caplog.text) == (True, False)


def test_a_touch_without_a_change_is_none(tmp_path: Path) -> None:
    path = write_registry(tmp_path)
    watch = RegistryWatch(path)
    path.write_text(path.read_text() + "\n")
    assert not watch.poll(0)


@pytest.mark.parametrize("content", ["{", "", '{"ward": {"1": {"ward": "west"}}}', None])
def test_a_broken_file_changes_nothing(tmp_path: Path, content: str | None) -> None:
    path = write_registry(tmp_path)
    watch = RegistryWatch(path)
    good = last_good_path(path).read_bytes()
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    assert not watch.poll(0)
    assert is_troubled(watch)
    assert len(ids(watch)) == 4
    assert last_good_path(path).read_bytes() == good

    rewrite(path, "204-1", "204-2")
    assert watch.poll(LOOK_EVERY_MS)
    assert ids(watch) == ["204-1", "204-2"]
    assert not is_troubled(watch)


def test_a_start_on_a_broken_file_takes_the_copy(tmp_path: Path) -> None:
    path = write_registry(tmp_path)
    RegistryWatch(path)
    path.write_text("{")
    watch = RegistryWatch(path)
    assert len(ids(watch)) == 4
    assert watch.trouble is not None
    assert watch.trouble.key == "file"


def test_a_start_on_a_broken_file_without_a_copy_is_refused(tmp_path: Path) -> None:
    path = write_registry(tmp_path)
    path.write_text("{")
    with pytest.raises(ConfigError, match="not JSON"):
        RegistryWatch(path)
    path.unlink()
    with pytest.raises(ConfigError, match="wardbell enrol"):
        RegistryWatch(path)
