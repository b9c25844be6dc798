"""The boards' files: what is not there, what cannot be read and what a full flash leaves behind."""

import re
from pathlib import Path

import hil_bench
import pytest

import wardbell_firmware
from wardbell_firmware.bedside.counter import FrameCounter
from wardbell_firmware.boards.store import FlashStore
from wardbell_protocol.errors import ConfigError


@pytest.fixture(autouse=True)
def flash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_was_saved_last_is_what_is_there(flash: Path) -> None:
    store = FlashStore()
    assert store.load("calls.json") is None
    store.save("calls.json", b"one")
    store.save("calls.json", b"two")
    assert store.load("calls.json") == b"two"
    assert [file.name for file in flash.iterdir()] == ["calls.json"]


def test_a_counter_that_cannot_be_read_is_not_begun_anew(flash: Path) -> None:
    for slot in ("counter.a", "counter.b"):
        (flash / slot).mkdir()  # there, and no bytes to be had
    with pytest.raises(ConfigError, match="new key"):
        FrameCounter(FlashStore())


def test_a_full_flash_keeps_the_old_file_and_no_half_of_the_new(flash: Path) -> None:
    store = FlashStore()
    store.save("counter.a", b"65")
    (flash / "counter.a.new").symlink_to("/dev/full")
    with pytest.raises(OSError, match="space"):
        store.save("counter.a", b"129")
    assert store.load("counter.a") == b"65"
    assert [file.name for file in flash.iterdir()] == ["counter.a"]


def test_a_board_that_was_tested_gets_every_file_back() -> None:
    sources = Path(wardbell_firmware.__path__[0]).rglob("*.py")
    named = {name for source in sources for name in re.findall(r'"([a-z]+\.(?:json|txt))"', source.read_text())}
    assert {"calls.json", "crash.txt"} < named <= set(hil_bench.FILES)
    assert {"counter.a", "counter.b"} < set(hil_bench.FILES)
