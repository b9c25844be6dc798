import json
from pathlib import Path
from typing import Any

import pytest

from wardbell_protocol.air.frame import CHIP_US, Frame, frame_durations, open_frame, seal
from wardbell_protocol.air.frame_slicer import FrameSlicer
from wardbell_protocol.air.mac import siphash
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.receipt import (
    RECEIPT_BYTES,
    RECEIPT_SYNC,
    Receipt,
    open_receipt,
    receipt_durations,
    seal_receipt,
)
from wardbell_protocol.air.waveform import signed

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[2] / "protocol" / "vectors" / "frame.json").read_text(encoding="utf-8")
)


def test_siphash_gives_the_digests_of_its_authors() -> None:
    key = bytes.fromhex(VECTORS["siphash"]["key"])
    found = [siphash(key, bytes(range(size))).hex() for size in range(64)]
    assert found == VECTORS["siphash"]["digests"]


@pytest.mark.parametrize("vector", VECTORS["frames"])
def test_frames(vector: dict[str, Any]) -> None:
    key, raw = bytes.fromhex(vector["key"]), bytes.fromhex(vector["raw"])
    frame = Frame(vector["node_id"], vector["counter"], vector["event"], vector["battery"])
    assert seal(frame, key) == raw
    assert open_frame(raw, key) == frame
    durations = frame_durations(raw)
    assert durations == vector.get("durations", durations)
    assert [heard.raw for heard in FrameSlicer().receive(Portion.of([-9000, *signed(durations), -9000]))] == [raw]


@pytest.mark.parametrize("vector", VECTORS["receipts"])
def test_receipts(vector: dict[str, Any]) -> None:
    key, raw = bytes.fromhex(vector["key"]), bytes.fromhex(vector["raw"])
    receipt = Receipt(vector["node_id"], vector["counter"], vector["state"])
    assert seal_receipt(receipt, key) == raw
    assert open_receipt(raw, key, receipt.node_id, receipt.counter) == receipt
    durations = receipt_durations(raw)
    assert durations == vector.get("durations", durations)
    slicer = FrameSlicer(RECEIPT_SYNC, RECEIPT_BYTES)
    assert [heard.raw for heard in slicer.receive(Portion.of([-9000, *signed(durations), -9000]))] == [raw]


def test_a_frame_lasts_as_long_as_the_schedule_reckons() -> None:
    raw = bytes.fromhex(VECTORS["frames"][1]["raw"])
    assert sum(frame_durations(raw)) == (7 + 2 + 2 * (4 + 80) + 2) * CHIP_US == 26_850
