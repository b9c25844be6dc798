"""The cable is pulled and plugged in again, the line is disturbed: what happened meanwhile is handed over, once."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial
from servers import DEADLINE_S
from ward_host import StepPty, WardHost

from wardbell_protocol.link.peer import LinkMessage, LinkPeer
from wardbell_simulator.live import LiveWard
from wardbell_simulator.serial_line import PtyLine
from wardbell_simulator.ward import Ward


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    with Ward(seed=1, line=StepPty(tmp_path / "receiver")) as ward:
        yield ward


def places(host: WardHost) -> list[int]:
    return [message["code"] >> 8 for message in host.of("press")]


def test_presses_made_with_the_cable_out_are_handed_over_when_it_is_back(ward: Ward) -> None:
    host = WardHost(ward)
    host.run_until(lambda: host.peer.is_up)
    ward.press("201-1")
    host.run_until(lambda: bool(host.of("press_end")))
    ward.pull_cable()
    with pytest.raises((serial.SerialException, OSError)):
        host.run_for_ms(2_000)
    host.close()
    for bed in ("201-2", "202-1", "203-wc"):
        ward.press(bed)
        ward.run_for_ms(1_500)
    assert ward.run_until_true(lambda: "Calling!!!" in ward.lcd_lines[1], ward.now_ms + 5_000)
    ward.acknowledge()
    ward.run_for_ms(10_000)
    ward.plug_cable()
    host.open()
    host.run_until(lambda: len(host.of("press_end")) == 4)
    assert len(set(places(host))) == len(places(host)) == 4
    assert len(host.of("ack")) == 1
    host.run_for_ms(3_000)
    assert len(host.of("press")) == 4
    host.close()


def test_at_a_real_port_no_two_lives_of_a_receiver_share_an_epoch(tmp_path: Path) -> None:
    epochs = set()
    for _ in range(2):
        with Ward(seed=1, is_cpython=True, line=StepPty(tmp_path / "receiver")) as ward:
            host = WardHost(ward)
            host.run_until(lambda host=host: host.peer.is_up)  # type: ignore[misc]
            epochs.add(host.peer.peer_epoch)
            ward.restart_receiver()
            host.run_until(lambda host=host: host.peer.peer_epoch not in epochs)  # type: ignore[misc]
            epochs.add(host.peer.peer_epoch)
            host.close()
    assert len(epochs) == 4


def test_garbage_on_the_line_loses_nothing(ward: Ward) -> None:
    host = WardHost(ward)
    host.run_until(lambda: host.peer.is_up)
    for at, bed in enumerate(ward.beds):
        ward.disturb_line(bytes(range(at, 256, 3)) + b"~\x7d~boot v1.2\r\n")
        ward.press(bed)
        host.run_for_ms(700)
        ward.disturb_line(b"~~\x02junk")
    host.run_until(lambda: len(host.of("press_end")) == len(ward.beds))
    assert len(set(places(host))) == len(places(host)) == len(ward.beds)
    assert sum(host.peer.counts().values()) > 0
    host.close()


def test_at_the_wall_s_speed_a_press_arrives_at_the_port(tmp_path: Path) -> None:
    line = PtyLine(tmp_path / "receiver")
    ward = Ward(seed=1, line=line)
    live = LiveWard(ward)
    live.start()
    peer = LinkPeer("gateway", 9)
    kinds: list[object] = []
    is_pressed = False
    began_s = time.monotonic()
    with serial.Serial(str(line.path), timeout=0.02) as port:
        while "press_end" not in kinds:
            now_ms = int((time.monotonic() - began_s) * 1000)
            assert now_ms < DEADLINE_S * 1000
            for event in peer.receive(port.read(4096), now_ms):
                if isinstance(event, LinkMessage):
                    kinds.append(event.message["t"])
                    peer.accept(event)
            peer.poll(now_ms)
            port.write(peer.take_output())
            if peer.is_up and not is_pressed:
                is_pressed = True
                live.do(ward.press, "203-2")
    live.stop()
    assert [kind for kind in kinds if kind != "air"] == ["press", "press_end"]
    assert live.error is None
