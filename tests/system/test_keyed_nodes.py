"""Nodes with a key through real processes: MicroPython firmware, gateway, broker, console; and somebody who has recorded them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from gateways import GatewayProcess
from servers import BrokerProcess, until, wait_until

from wardbell_bus.client import BusClient
from wardbell_console.language import Language
from wardbell_console.wording import call_text
from wardbell_gateway.journal import read_unknown_nodes
from wardbell_protocol.air.frame import Frame, frame_durations, seal
from wardbell_protocol.air.refusals import REPLAYED
from wardbell_protocol.errors import ConfigError
from wardbell_simulator.headless_console import HeadlessConsole
from wardbell_simulator.keying import LEGACY_BED, with_keys
from wardbell_simulator.live import LiveWard
from wardbell_simulator.plan import WardPlan, default_plan
from wardbell_simulator.serial_line import PtyLine
from wardbell_simulator.ward import Ward

KEYED_BED = "203-2"
COPIES_OVER_MS = 6_000
EN = Language("en")


class KeyedWard:
    """A keyed bed and a bed without a key on live firmware; `published` is all that the broker ever passed on."""

    def __init__(self, folder: Path, broker: BrokerProcess) -> None:
        self.home = folder / "ward"
        self.home.mkdir()
        beds = tuple(node for node in default_plan().nodes if node.station_id in (KEYED_BED, LEGACY_BED))
        self.plan = with_keys(WardPlan(nodes=beds), self.home / "registry.json")
        self.ward = Ward(self.plan, line=PtyLine(folder / "receiver.tty"))
        self.recorded = self._record()
        self.published: list[bytes] = []
        self._sniffer = BusClient(broker.url, "sniffer", ["wardbell/#"], self._overhear, lambda _is_up: None)
        self._sniffer.start()
        self.live = LiveWard(self.ward)
        self.live.start()
        self.gateway = GatewayProcess(self.home, broker.url, "--serial", str(folder / "receiver.tty"))
        self.gateway.start()

    def close(self) -> None:
        """End all of it."""
        self.gateway.kill()
        self.live.stop()
        self._sniffer.stop()

    @property
    def key(self) -> bytes:
        return bytes.fromhex(next(node.key for node in self.plan.nodes if node.station_id == KEYED_BED))

    def press(self, bed: str, key: str = "") -> None:
        self.live.do(self.ward.press, bed, key)

    def send(self, *frames: bytes) -> None:
        """Somebody else sends these, one after the other."""
        durations: list[int] = []
        for raw in frames:
            durations += [*frame_durations(raw), 100_000]
        self.live.do(self.ward.ether.send, "somebody", durations)

    def _overhear(self, _topic: str, payload: bytes, _retained: bool) -> None:
        self.published.append(payload)

    def _record(self) -> list[bytes]:
        """The frames of a press and of the reset after it, of last night."""
        self.ward.run_for_ms(500)
        for press in (self.ward.press, self.ward.reset):
            press(KEYED_BED)
            self.ward.run_for_ms(COPIES_OVER_MS)
        heard = [bytes.fromhex(record.value["frame"]) for record in self.ward.log.of("air", KEYED_BED)]
        return [heard[0], heard[-1]]


@pytest.fixture
def keyed(iotcore_broker: BrokerProcess, tmp_path: Path) -> Iterator[KeyedWard]:
    try:
        ward = KeyedWard(tmp_path, iotcore_broker)
    except ConfigError as error:
        pytest.skip(str(error))
    yield ward
    ward.close()


def rows(nurse: HeadlessConsole) -> set[tuple[str, str]]:
    """What the console's rows say: station, and kind with its mark."""
    return {(call.station_id, call_text(EN, call)) for call in nurse.calls}


async def shown(nurse: HeadlessConsole, expected: set[tuple[str, str]]) -> None:
    """Wait until the console shows exactly that."""
    await until(
        lambda: rows(nurse) == expected and any(not mirror.is_stale for mirror in nurse.feed.wards),
        lambda: f"the console shows {rows(nurse)}, not {expected}",
    )


async def test_what_is_true_is_shown_and_what_was_recorded_is_refused(
    keyed: KeyedWard, iotcore_broker: BrokerProcess
) -> None:
    refused = (KEYED_BED, f"fault {EN.fault(REPLAYED)}")
    press, reset = keyed.recorded
    async with HeadlessConsole(iotcore_broker.url, "desk", "Li Na", ("east",)) as nurse:
        await shown(nurse, set())
        keyed.send(press, press, press)
        await shown(nurse, {refused})
        # Without power for a moment: it still knows what it has heard, and that something is wrong.
        n_there = keyed.gateway.log().count("receiver: east is there")
        keyed.live.do(keyed.ward.restart_receiver)
        wait_until(lambda: keyed.gateway.log().count("receiver: east is there") > n_there, "the receiver to be back")
        back_us = keyed.ward.timeline.now_us
        keyed.send(press, reset, press)
        keyed.press(LEGACY_BED)
        await shown(nurse, {refused, (LEGACY_BED, "normal?")})
        displays = [record.value[0] for record in keyed.ward.log.of("lcd") if record.at_us > back_us]
        assert not any(line.startswith(f"{KEYED_BED} call") for line in displays)
        keyed.press(KEYED_BED)
        await shown(nurse, {refused, (LEGACY_BED, "normal?"), (KEYED_BED, "normal")})
        assert [nurse.marks(bed, "normal") for bed in (LEGACY_BED, KEYED_BED)] == [True, False]
        on_air = [
            (record.at_us - back_us, record.value) for record in keyed.ward.log.of("air") if record.at_us > back_us
        ]
        presses = {call.station_id: call.presses for call in nurse.calls if call.kind == "normal"}
        assert presses == {LEGACY_BED: 1, KEYED_BED: 1}, f"on the air: {on_air}; the gateway: {keyed.gateway.log()}"

        stranger = seal(Frame(0xABCD, 1, 3), bytes(16))
        keyed.send(*[stranger] * 8)
        wait_until(lambda: read_unknown_nodes(keyed.home / "gateway.db"), "the node that nobody enrolled")
        assert [node.number for node in read_unknown_nodes(keyed.home / "gateway.db")] == [0xABCD]
        assert len(nurse.calls) == 3
    wait_until(
        lambda: any(b'"authenticated":true' in one for one in list(keyed.published)), "the overhearer to catch up"
    )
    said = b"\n".join([*keyed.published, keyed.gateway.log().encode()])
    for secret in (keyed.key.hex().encode(), keyed.key, keyed.key.hex().upper().encode()):
        assert secret not in said
