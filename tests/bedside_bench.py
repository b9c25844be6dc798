"""A node on the bench: virtual time that jumps from deadline to deadline, no board, no ether."""

from abc import ABC, abstractmethod

from wardbell_firmware.bedside.node import BedsideNode
from wardbell_firmware.bedside.schedule import N_AT_ONCE, pause_ms
from wardbell_protocol.air.frame import Frame, open_frame
from wardbell_protocol.air.frame_slicer import FrameSlicer
from wardbell_protocol.air.heartbeat import shortest_pause_s
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.receipt import Receipt, receipt_durations, seal_receipt
from wardbell_protocol.air.waveform import signed
from wardbell_protocol.calls.signals import SIGNAL_BY_DATA
from wardbell_simulator.board_side.parts import VirtualClock, VirtualStore, Wires

NODE_ID = 0x1234
KEY = bytes(range(16))
SIGNALS = {"call": "normal", "cord": "bathroom", "sos": "emergency", "reset": "reset", "here": "presence"}

HOUR_MS = 3_600_000


def most_air_ms(frame_ms: int, n_signals: int, n_copies: int) -> int:
    """The most a node sends in any hour, all of its keys chattering: ms on the air, without heartbeats."""
    return n_signals * N_AT_ONCE * n_copies * frame_ms + HOUR_MS // pause_ms(1, 1)


def heartbeat_air_ms(length_ms: int, has_key: bool) -> int:
    """The most a node's heartbeats take in an hour, in ms on the air, one of them taking `length_ms`."""
    return -(-3600 // shortest_pause_s(has_key)) * length_ms


class JumpingBench(ABC):
    """A node and its keys; time jumps from one of the node's deadlines to the next."""

    node: BedsideNode
    closed: dict[str, bool]
    now_ms = 0

    @abstractmethod
    def step(self) -> None:
        """Give the node its keys, and take what it wants, as of now."""

    def wait(self, ms: int) -> None:
        end_ms = self.now_ms + ms
        while True:
            due_ms = self.node.next_deadline_ms(self.now_ms)
            if due_ms is None or due_ms >= end_ms:
                break
            assert due_ms > self.now_ms, "the node spins"
            self.now_ms = due_ms
            self.step()
        self.now_ms = end_ms
        self.step()

    def press(self, name: str, ms: int = 50) -> None:
        self.closed[name] = True
        self.step()
        self.wait(ms)
        self.closed[name] = False
        self.step()


class KeyedBench(JumpingBench):
    """A node, its keys, its store and a transmitter that takes as long as what it plays.

    `sent`: (ms, frame) of each copy; `lamp`: (ms, state) of each change; `flashes`: (ms, lit)
    and `colours`: (ms, colour) of each change.
    """

    def __init__(self, has_ear: bool = False, files: dict[str, bytes] | None = None, **settings: object) -> None:
        self.store = VirtualStore(Wires(VirtualClock()), {} if files is None else files)
        known: dict[str, object] = {"node_id": NODE_ID, "key": KEY.hex(), "signals": SIGNALS, "cells": 2}
        self.node = BedsideNode(known | settings, self.store, has_ear)
        self.closed = dict.fromkeys(SIGNALS, False)
        self.node.receive(dict.fromkeys(self.node.key_names, False), self.now_ms)  # all keys are open at the start
        self.busy_until_us = 0
        self.sent: list[tuple[int, Frame]] = []
        self.air_ms = 0.0
        self.lamp: list[tuple[int, str]] = []
        self.flashes: list[tuple[int, bool]] = []
        self.colours: list[tuple[int, int]] = []

    def step(self) -> None:
        self.node.receive(self.closed, self.now_ms)
        durations = self.node.poll(self.now_ms * 1_000 < self.busy_until_us, self.now_ms)
        if durations:
            assert len(durations) % 2 == 0
            self.busy_until_us = self.now_ms * 1_000 + sum(durations)
            self.air_ms += sum(durations) / 1_000
            (sliced,) = FrameSlicer().receive(Portion.of(signed(durations)))
            frame = open_frame(sliced.raw, KEY)
            assert frame is not None
            self.sent.append((self.now_ms, frame))
        if not self.lamp or self.lamp[-1][1] != self.node.state:
            self.lamp.append((self.now_ms, self.node.state))
        if not self.colours or self.colours[-1][1] != self.node.lamp:
            self.colours.append((self.now_ms, self.node.lamp))
        if not self.flashes or self.flashes[-1][1] != bool(self.node.lamp):
            self.flashes.append((self.now_ms, bool(self.node.lamp)))

    def answer(self, state: int, counter: int | None = None, key: bytes = KEY, node_id: int = NODE_ID) -> None:
        """A receipt has just come in; for the newest press unless another counter is given."""
        newest = self.sent[-1][1].counter if counter is None else counter
        durations = receipt_durations(seal_receipt(Receipt(node_id, newest, state), key))
        self.node.hear(Portion.of([-50_000, *signed(durations), -1_000], self.now_ms * 1_000))
        self.step()

    def presses(self) -> list[tuple[int, str, int]]:
        """(ms of the first copy, signal, copies) by counter."""
        found: dict[int, tuple[int, str, int]] = {}
        for at_ms, frame in self.sent:
            first_ms, _, copies = found.get(frame.counter, (at_ms, "", 0))
            found[frame.counter] = (first_ms, SIGNAL_BY_DATA[f"{frame.event:04b}"], copies + 1)
        return [found[counter] for counter in sorted(found)]

    def signals(self) -> list[str]:
        return [signal for _, signal, _ in self.presses()]
