"""Frames at the edge of what the air carries: fixed seeds, and bounds that a lost decibel breaks."""

import numpy as np
import pytest

from wardbell_protocol.air.frame import Frame, frame_durations, seal
from wardbell_protocol.air.frame_press import FramesRefused, FrameStarted
from wardbell_protocol.air.frame_receiver import FrameReceiver
from wardbell_protocol.air.portion import Portion
from wardbell_simulator.radio.slicers import Rxb6
from wardbell_simulator.radio.synth import Air, Transmission, synthesize

FIRST_US = 100_000


def heard(n_presses: int, n_copies: int, air: Air, seed: int) -> tuple[float, FrameReceiver, list[FramesRefused]]:
    """Press after press of one of 50 nodes on an rxb6's edges; the share that was heard."""
    source = np.random.default_rng(seed)
    keys = {node_id: source.bytes(16) for node_id in range(100, 150)}
    sent, at_us = [], FIRST_US
    for counter in range(n_presses):
        node_id = 100 + counter % 50
        durations = frame_durations(seal(Frame(node_id, counter, 1, 9), keys[node_id]))
        for _ in range(n_copies):
            sent.append(Transmission(durations, at_us))
            at_us += 60_000 + int(source.integers(40_000))
        at_us += 150_000
    pulses = Rxb6().slice(synthesize(sent, air, at_us, source))
    receiver = FrameReceiver(keys)
    counters, refused, now_us = [], [], 0
    for start in range(0, len(pulses), 100):
        part = pulses[start : start + 100]
        now_us += sum(map(abs, part))
        for event in receiver.receive(Portion.of(part, now_us)):
            if isinstance(event, FrameStarted):
                assert event.press.node_id == 100 + event.press.counter % 50
                counters.append(event.press.counter)
            elif isinstance(event, FramesRefused):
                refused.append(event)
    assert len(counters) == len(set(counters))
    return len(counters) / n_presses, receiver, refused


@pytest.mark.parametrize(("snr_db", "n_copies", "least"), [(4, 1, 0.97), (2, 1, 0.85), (0, 1, 0.35), (0, 4, 0.9)])
def test_frames_are_heard_at(snr_db: float, n_copies: int, least: float) -> None:
    share, _, refused = heard(60, n_copies, Air(snr_db), 7)
    assert share >= least
    assert refused == []


def test_no_damaged_frame_is_called_forged() -> None:
    for snr_db in (-1, 3, 12):
        _, receiver, refused = heard(30, 2, Air(snr_db, impulses_per_s=100), 8)
        assert refused == []
        assert "forged" not in receiver.rejects


def test_noise_is_no_frame() -> None:
    source = np.random.default_rng(9)
    receiver = FrameReceiver({1: bytes(16)})
    pulses = Rxb6().slice(synthesize([], Air(0), 20e6, source))
    assert receiver.receive(Portion.of(pulses, 20_000_000)) == []
    assert set(receiver.rejects) <= {"noise"}
