"""Frames of the serial line against the vectors."""

import json
from pathlib import Path
from typing import Any

import pytest

from wardbell_protocol.link.frame import FrameReader, crc16, encode_frame

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "protocol" / "vectors" / "link.json").read_text())


@pytest.mark.parametrize("vector", VECTORS["crc"], ids=lambda vector: repr(vector["text"]))
def test_crc(vector: dict[str, Any]) -> None:
    assert crc16(vector["text"].encode()) == vector["crc"]


@pytest.mark.parametrize("vector", VECTORS["frames"], ids=lambda vector: vector["name"])
def test_frames_both_ways(vector: dict[str, Any]) -> None:
    body, frame = bytes.fromhex(vector["body"]), bytes.fromhex(vector["frame"])
    assert encode_frame(vector["kind"], vector["epoch"], body) == frame
    assert FrameReader().receive(frame) == [(vector["kind"], vector["epoch"], body)]


@pytest.mark.parametrize("vector", VECTORS["frames"], ids=lambda vector: vector["name"])
def test_every_prefix_of_a_frame_waits_for_more(vector: dict[str, Any]) -> None:
    frame = bytes.fromhex(vector["frame"])
    reader = FrameReader()
    assert [reader.receive(frame[at : at + 1]) for at in range(len(frame) - 1)] == [[]] * (len(frame) - 1)
    assert reader.rejects == {}


@pytest.mark.parametrize("vector", VECTORS["malformed"], ids=lambda vector: vector["name"])
def test_what_is_refused_is_counted_by_reason(vector: dict[str, Any]) -> None:
    reader = FrameReader()
    frames = reader.receive(bytes.fromhex(vector["line"]))
    assert (len(frames), reader.rejects) == (vector["n_frames"], vector["rejects"])
