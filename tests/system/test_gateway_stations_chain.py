"""A real gateway: what a receiver tells of its ear and of stations comes to the bus, and to `wardbell stations`."""

import json
import subprocess
import sys
from pathlib import Path

from gateways import (
    NODES,
    WARD,
    BusEnd,
    GatewayProcess,
    ReceiverEnd,
    environment,
    keyed,
    now_ms,
    tables,
    wait_for,
    write_registry,
)
from servers import BrokerProcess, wait_until

from wardbell_bus.mirror import part_state
from wardbell_gateway.ear_watch import EAR_LOST
from wardbell_gateway.journal import Journal
from wardbell_gateway.registry import check_tables
from wardbell_gateway.ward import Now, Ward
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import Health, encode

STATIONS = "import sys; from wardbell_gateway.stations_command import main; sys.exit(main(sys.argv[1:]))"


def stations(home: Path) -> dict[str, dict[str, object]]:
    """What `wardbell stations --json` says, by station."""
    command = [sys.executable, "-c", STATIONS, "--home", str(home), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, env=environment())
    return {station["station_id"]: station for station in json.loads(done.stdout)}


def radio(bus: BusEnd) -> tuple[str, list[str]]:
    """State and faults of the receiver's life sign."""
    with bus.lock:
        signs = [health for (part, _), health in bus.mirror.health.items() if part == "radio"]
    return (part_state(signs[0], signs[0].at_ms), signs[0].faults) if signs else ("", [])


def test_a_blind_ear_a_low_battery_and_a_fading_button_are_seen_by_all(broker: BrokerProcess, tmp_path: Path) -> None:
    home = tmp_path / "ward"
    write_registry(home, tables(keyed("203-1"), keyed("203-2")))
    receiver = ReceiverEnd(tmp_path / "ttyBELL")
    gateway = GatewayProcess(home, broker.url, "--serial", str(receiver.line.path))
    gateway.start()
    bus = BusEnd(broker.url)
    wait_until(lambda: receiver.peer.is_up, "the link")
    receiver.send(t="air", blind="carrier", edges=0, marks=100, normal=5_000, at=now_ms())
    wait_for(bus, lambda bus: ("receiver", "radio_blind") in bus.faults(), "a blind receiver")
    wait_for(bus, lambda bus: radio(bus) == ("degraded", ["radio_blind"]), "its life sign")
    receiver.send(t="air", blind="", edges=5_000, marks=50, normal=5_000, at=now_ms())
    wait_for(bus, lambda bus: ("receiver", "radio_blind") not in bus.faults(), "that it hears again")

    beat = {"node": NODES["203-1"], "event": 0b1010, "battery": 4, "copies": 1, "at": now_ms()}
    for counter in range(8):
        receiver.send(t="frame", counter=counter, **beat)
        receiver.send(t="frame_end", counter=counter, quality=50, end=now_ms(), **beat)
    low, weak = ("203-1", "low_battery"), ("203-1", "weak_signal")
    wait_for(bus, lambda bus: {low, weak} <= bus.faults(), "the bed's faults")
    assert bus.open == {}
    wait_until(lambda: set(stations(home)["203-1"]["faults"]) == {low[1], weak[1]}, "the journal")  # type: ignore[call-overload]
    assert gateway.kill(15) == 0
    known = stations(home)
    assert (known["203-1"]["battery_mv"], known["203-1"]["quality"], known["203-1"]["beats"]) == (2100, 50, True)
    assert (known["203-2"]["heard_ms"], known["203-2"]["faults"]) == (0, [])
    bus.close()
    receiver.close()


def test_an_ear_that_was_missed_before_the_gateways_start_is_missed_until_it_is_back(
    iotcore_broker: BrokerProcess, tmp_path: Path
) -> None:
    home, lost = tmp_path / "ward", ("iq-roof", EAR_LOST)
    write_registry(home)
    now = Now(1_790_000_000_000, 1_000)
    journal = Journal(home / "gateway.db", now.unix_ms)
    Ward(check_tables("registry.json", tables()), journal, now).judge({lost: True}, now)
    journal.close()
    gateway = GatewayProcess(home, iotcore_broker.url)
    gateway.start()
    bus = BusEnd(iotcore_broker.url)

    def unwell() -> list[str]:
        with bus.lock:
            return [name for health in bus.mirror.health.values() if health.part == "gateway" for name in health.faults]

    wait_until(lambda: lost in bus.faults() and "iq-roof" in unwell(), "the ear to be missed")
    sign = Health(part="radio", name="iq-roof", state="online", at_ms=now.unix_ms)
    bus.client.publish(topics.health(WARD, "radio-iq-roof"), encode(sign), retain=True)
    wait_for(bus, lambda bus: lost not in bus.faults(), "that it is back")
    assert gateway.kill(15) == 0
    bus.close()
