"""Settings onto a board and its record into the registry: both or neither."""

import contextlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from wardbell_gateway import enrolment
from wardbell_gateway.enrolment import Wanted
from wardbell_gateway.provision.board_repl import BoardError, BoardRepl
from wardbell_gateway.provision.label import Label
from wardbell_gateway.provision.settings import (
    COUNTER_FILES,
    FILE,
    node_settings,
    receiver_files,
    receiver_settings,
)
from wardbell_gateway.provisioned import Provisioned
from wardbell_gateway.registry import Registry, read_registry

NO_KEY = "00" * 16  # of a board that is being tried


@dataclass(frozen=True)
class Plan:
    """What a board is to become. `enrolling`: holds the registry and writes it when all within has gone well; gives the
    station's document. `settings`: of a board's name and that document. `keys`: those it uses, None for all;
    `draft`: settings of its parts, for their test. `displaces`: whether a registry has another board in its place. `files`:
    by name, what else it keeps of a registry.
    """

    owner: str
    keys: tuple[str, ...] | None
    draft: Mapping[str, Any]
    enrolling: Callable[[Path, Provisioned | None], AbstractContextManager[Mapping[str, Any]]]
    settings: Callable[[str, Mapping[str, Any]], bytes]
    label: Callable[[Mapping[str, Any], Provisioned], Label]
    displaces: Callable[[Registry], bool]
    files: Callable[[Registry], dict[str, bytes]] = lambda _registry: {}


def node_plan(wanted: Wanted, signals: Mapping[str, str], more: Mapping[str, Any]) -> Plan:
    """A station's node."""

    def enrolling(registry: Path, provisioned: Provisioned | None) -> AbstractContextManager[Mapping[str, Any]]:
        return enrolment.enrolling(registry, wanted, provisioned)

    def settings(board: str, station: Mapping[str, Any]) -> bytes:
        return node_settings(board, station, signals, more)

    def label(station: Mapping[str, Any], done: Provisioned) -> Label:
        node = f"node {station['node_id']}" if station.get("key") else f"address {station['address']}"
        place = f"{wanted.room}-{wanted.bed}" if wanted.bed else wanted.room
        return Label(place, (f"{wanted.id}  {node}", *_about(done)))

    def displaces(registry: Registry) -> bool:
        stations = [station for station in registry.stations if station.station_id == wanted.id]
        return any(station.key or (station.address and wanted.has_key) for station in stations)

    who: dict[str, Any] = {"node_id": 0, "key": NO_KEY} if wanted.has_key else {"address": wanted.address}
    draft = {"signals": dict(signals), **who, **more}
    return Plan(f"station {wanted.id}", tuple(signals), draft, enrolling, settings, label, displaces)


def receiver_plan(name: str, has_host: bool, more: Mapping[str, Any]) -> Plan:
    """A receiver."""

    def enrolling(registry: Path, provisioned: Provisioned | None) -> AbstractContextManager[Mapping[str, Any]]:
        return enrolment.noting_receiver(registry, name, provisioned)

    def settings(board: str, _document: Mapping[str, Any]) -> bytes:
        return receiver_settings(board, name, has_host, more)

    def label(_document: Mapping[str, Any], done: Provisioned) -> Label:
        return Label(name, ("receiver", *_about(done)))

    draft = {**more, "name": name, "host_on_usb": False}  # the REPL has the USB line
    return Plan(
        f"receiver {name}",
        None,
        draft,
        enrolling,
        settings,
        label,
        lambda registry: name in registry.receivers,
        receiver_files,
    )


def check_free(plan: Plan, registry: Path) -> None:
    """Raise BoardError where another board has that place: it would be heard no more, and nobody would know."""
    if plan.displaces(read_registry(registry)):
        raise BoardError(
            f"{plan.owner} has another board, which is heard no more once this one has its place; give another --room, --bed"
            " or --name, or --replace and change the boards at once"
        )


def install(
    repl: BoardRepl, old: bytes | None, plan: Plan, registry: Path, done: Provisioned, *, may_displace: bool
) -> Label:
    """Write what the board keeps, then the registry; where that refuses, the board has what it had again.

    Raises:
        BoardError: the board failed or has gone; the registry is as it was.
        ConfigError: the registry cannot hold or keep it; the board is as it was.
    """
    before = {FILE: old}
    written: list[str] = []
    try:
        with plan.enrolling(registry, done) as document:
            if not may_displace:
                check_free(plan, registry)  # once more: somebody else may have provisioned one meanwhile
            files = plan.files(read_registry(registry)) | {FILE: plan.settings(done.board, document)}
            before |= {name: repl.read_file(name) for name in files if name != FILE}
            for name, content in files.items():
                repl.replace_file(name, content)
                written.append(name)
                if repl.read_file(name) != content:
                    raise BoardError(f"{repl.path}: {name} does not read back as it was written")
            label = plan.label(document, done)
    except Exception:
        for name in reversed(written):
            repl.replace_file(name, before[name])
        raise
    with contextlib.suppress(BoardError):  # under a new key it may go on from the old one's number as well
        for name in COUNTER_FILES:
            repl.replace_file(name, None)
    return label


def stamp(board: str, firmware: str, by: str) -> Provisioned:
    """The record of a board made now."""
    return Provisioned(board, firmware, datetime.now().astimezone().isoformat(timespec="seconds"), by)


def _about(done: Provisioned) -> tuple[str, ...]:
    return f"{done.board}  Wardbell {done.firmware}", done.at[:10]
