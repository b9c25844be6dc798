"""What a ward consists of: a plain description, from TOML or from here, and the registry document that goes with it."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wardbell_firmware.bedside.settings import identity
from wardbell_firmware.bedside.words import N_WORDS, N_WORDS_MOST
from wardbell_protocol.air.waveform import ALPHA_MAX_US, ALPHA_MIN_US, N_BURST
from wardbell_protocol.calls.escalation import policies_from_record
from wardbell_protocol.calls.signals import (
    AT_BED,
    AT_CONSOLE,
    AT_RECEIVER,
    BATHROOM,
    CLEAR_PLACES,
    NORMAL,
    PRESENCE,
    RESET,
    STAFF_ASSIST,
    UNPLUGGED,
)
from wardbell_protocol.errors import ConfigError
from wardbell_simulator.carriers import NoiseSpec

SIGNAL_OF_KEY = {
    "call": NORMAL,
    "cord": BATHROOM,
    "assist": STAFF_ASSIST,
    "presence": PRESENCE,
    "reset": RESET,
    "handset": UNPLUGGED,
}
EVERYWHERE = (AT_BED, AT_RECEIVER, AT_CONSOLE)

_N_ADDRESS = 8
_CELLS = 2
_MOST_MV = 20_000
_TRITS = "01F"
MOST_BEDS = len(_TRITS) ** _N_ADDRESS - 1

# Least and most of each number of a ward's file.
_NODE_NUMBERS: dict[str, tuple[float, float]] = {
    "alpha_us": (ALPHA_MIN_US, ALPHA_MAX_US),
    "words": (N_BURST, N_WORDS_MOST),
    "clock_error": (-0.2, 0.2),
    "level_db": (-200, 200),
    "word_loss": (0, 1),
    "burst_loss": (0, 1),
}
_NOISE_NUMBERS: dict[str, tuple[float, float]] = {
    "rate_hz": (0, 100_000),
    "mean_us": (1, 1_000_000),
    "dip_share": (0, 1),
}


@dataclass(frozen=True)
class NodePlan:
    """One bed node. `level_db`: above the receiver's threshold; losses 0..1, of frames as of words.

    With `node_id` and `key` (32 hex digits) it sends authenticated frames, and `two_way` it hears receipts; without, it
    sends words of `address` at `alpha_us`, its encoder's clock.
    """

    station_id: str
    room: str
    bed: str
    address: str = ""
    keys: tuple[str, ...] = ("call", "reset")
    alpha_us: float = 100.0
    words: int = N_WORDS
    clear_at: tuple[str, ...] = EVERYWHERE
    clock_error: float = 0.0
    level_db: float = 30.0
    word_loss: float = 0.0
    burst_loss: float = 0.0
    node_id: int | None = None
    key: str = field(default="", repr=False)
    two_way: bool = False
    battery_mv: int | None = 3000

    def settings(self) -> dict[str, object]:
        """What the node's board is set to (boards/contract.py)."""
        signals = {key: SIGNAL_OF_KEY[key] for key in self.keys}
        if self.key:
            return {"node_id": self.node_id, "key": self.key, "signals": signals, "cells": _CELLS}
        words = {"address": self.address, "alpha_us": self.alpha_us, "words": self.words}
        return {**words, "signals": signals, "cells": _CELLS}

    def record(self) -> dict[str, object]:
        """Its entry in the ward's registry."""
        record: dict[str, object] = {
            "station_id": self.station_id,
            "room": self.room,
            "bed": self.bed,
            "address": self.address,
            "codes": {},
            "clear_at": list(self.clear_at),
        }
        if self.key:
            record |= {"node_id": self.node_id, "key": self.key}
        return record


@dataclass(frozen=True)
class ReceiverPlan:
    """The receiver. `transmitter`: it answers with receipts."""

    transmitter: bool = False


@dataclass(frozen=True)
class WardPlan:
    """A ward. `name` by language."""

    ward: str = "east"
    name: dict[str, str] = field(default_factory=lambda: {"en": "East ward", "zh_CN": "东病区"})
    nodes: tuple[NodePlan, ...] = ()
    receiver: ReceiverPlan = field(default_factory=ReceiverPlan)
    noise: NoiseSpec = field(default_factory=NoiseSpec)
    policies: dict[str, Any] = field(default_factory=dict)

    def registry_document(self) -> dict[str, Any]:
        """The ward's registry as TinyDB keeps it: tables of numbered documents."""
        ward = {"ward": self.ward, "name": dict(self.name), "policies": dict(self.policies)}
        return {"ward": {"1": ward}, "stations": {str(at): node.record() for at, node in enumerate(self.nodes, 1)}}


def default_plan() -> WardPlan:
    """Six beds, a bathroom cord and a staff-assist key; each with its own address and its own idea of a µs."""
    keys = ("call", "reset", "presence", "handset")
    beds = [
        NodePlan(f"{room}-{bed}", room, bed, address, keys, alpha_us=alpha_us, clock_error=error)
        for room, bed, address, alpha_us, error in (
            ("201", "1", "0F0F0F10", 75.0, 0.03),
            ("201", "2", "0F0F0F1F", 117.0, -0.02),
            ("202", "1", "0F0F1001", 87.5, 0.0),
            ("202", "2", "0F0F1F0F", 100.0, 0.05),
            ("203", "1", "0F1F01FF", 107.5, -0.04),
            ("203", "2", "0F1F01F0", 95.0, 0.01),
        )
    ]
    cord = NodePlan("203-wc", "203", "wc", "0F1F0F01", ("cord", "reset"), 112.0, clear_at=(AT_BED,), clock_error=0.02)
    assist = NodePlan("203-sa", "203", "sa", "0F1F0FF1", ("assist", "reset"), 120.0, clear_at=(AT_BED,))
    return WardPlan(nodes=(*beds, cord, assist))


def large_plan(n_nodes: int) -> WardPlan:
    """As many beds as wanted, four to a room, clocks spread over T = 300..500 µs."""
    nodes = []
    for at in range(n_nodes):
        room, bed = str(100 + at // 4), str(at % 4 + 1)
        alpha_us = 75.0 + at * 7 % 50
        nodes.append(NodePlan(f"{room}-{bed}", room, bed, _address(at + 1), alpha_us=alpha_us))
    return WardPlan(ward="large", name={"en": "Large ward", "zh_CN": "大病区"}, nodes=tuple(nodes))


def _address(number: int) -> str:
    trits = ""
    for _ in range(_N_ADDRESS):
        number, trit = divmod(number, 3)
        trits = _TRITS[trit] + trits
    return trits


def load_plan(path: Path) -> WardPlan:
    """The ward of a TOML file: `ward`, `[name]`, `[noise]`, `[receiver]`, `[[node]]` with the fields of NodePlan.

    Raises ConfigError naming file and key.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(str(path), "(file)", f"cannot be read: {error}") from error
    entries = document.pop("node", [])
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError(str(path), "node", "a ward has at least one [[node]]")
    nodes = tuple(_node(path, at, entry) for at, entry in enumerate(entries))
    try:
        noise = NoiseSpec(**document.pop("noise", {}))
        receiver = ReceiverPlan(**document.pop("receiver", {}))
        plan = WardPlan(nodes=nodes, noise=noise, receiver=receiver, **document)
    except TypeError as error:
        raise ConfigError(str(path), "(top)", str(error)) from error
    _check_numbers(path, "noise", noise, _NOISE_NUMBERS)
    _check_switch(path, "receiver.transmitter", receiver.transmitter)
    policies_from_record(plan.policies, str(path))
    if not isinstance(plan.ward, str) or not isinstance(plan.name, dict):
        raise ConfigError(
            str(path), "ward, name", 'ward is a word, [name] has one text a language, as en = "East ward"'
        )
    _check_distinct(path, plan)
    return plan


def _node(path: Path, at: int, entry: dict[str, Any]) -> NodePlan:
    key = f"node[{at}]"
    for name in ("keys", "clear_at"):
        if name in entry:
            entry[name] = tuple(entry[name]) if isinstance(entry[name], list) else (entry[name],)
    try:
        node = NodePlan(**entry)
    except TypeError as error:
        raise ConfigError(str(path), key, str(error)) from error
    for name in ("station_id", "room", "bed"):
        if not isinstance(getattr(node, name), str):
            raise ConfigError(str(path), f"{key}.{name}", f"is a text in quotes; got {getattr(node, name)!r}")
    _check_numbers(path, key, node, _NODE_NUMBERS)
    _check_voice(path, key, node)
    if not node.keys or any(name not in tuple(SIGNAL_OF_KEY) for name in node.keys):
        raise ConfigError(str(path), f"{key}.keys", f"keys are {', '.join(SIGNAL_OF_KEY)}; got {node.keys!r}")
    if not node.clear_at or any(place not in CLEAR_PLACES for place in node.clear_at):
        raise ConfigError(str(path), f"{key}.clear_at", f"places are {', '.join(CLEAR_PLACES)}; got {node.clear_at!r}")
    return node


def _check_voice(path: Path, key: str, node: NodePlan) -> None:
    has_identity = node.node_id is not None or node.key != ""
    if has_identity:
        try:
            identity(node.settings() | {"node_id": node.node_id, "key": node.key})
        except ConfigError as error:
            raise ConfigError(str(path), f"{key}.{error.key}", error.remedy) from error
    _check_switch(path, f"{key}.two_way", node.two_way)
    if node.two_way and not has_identity:
        raise ConfigError(str(path), f"{key}.two_way", "only a node with a node_id and a key can be answered")
    if node.battery_mv is not None and (type(node.battery_mv) is not int or not 0 <= node.battery_mv <= _MOST_MV):
        raise ConfigError(str(path), f"{key}.battery_mv", f"is a number from 0 to {_MOST_MV}; got {node.battery_mv!r}")
    if has_identity and node.address == "":
        return
    if not isinstance(node.address, str) or len(node.address) != _N_ADDRESS or not set(node.address) <= set(_TRITS):
        raise ConfigError(str(path), f"{key}.address", f"8 of 0, 1, F are an address; got {node.address!r}")


def _check_switch(path: Path, key: str, value: object) -> None:
    if not isinstance(value, bool):
        raise ConfigError(str(path), key, f"is true or false; got {value!r}")


def _check_numbers(path: Path, key: str, spec: NodePlan | NoiseSpec, limits: dict[str, tuple[float, float]]) -> None:
    for name, (least, most) in limits.items():
        value = getattr(spec, name)
        is_number = isinstance(value, int if name == "words" else (int, float)) and not isinstance(value, bool)
        if not is_number or not least <= value <= most:
            raise ConfigError(str(path), f"{key}.{name}", f"is a number from {least} to {most}; got {value!r}")


def _check_distinct(path: Path, plan: WardPlan) -> None:
    for name in ("station_id", "address", "node_id"):
        seen: set[object] = set()
        for at, node in enumerate(plan.nodes):
            value = getattr(node, name)
            if value in (None, "") and name != "station_id":
                continue
            if value in seen:
                raise ConfigError(str(path), f"node[{at}].{name}", f"{value!r} is already another node's")
            seen.add(value)
