"""A receiver on Wi-Fi, alone with a broker and then with a gateway: the real app and umqtt in MicroPython, a real broker."""

import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import paho.mqtt.publish
import pytest
from gateways import ADDRESSES, WARD, BusEnd, GatewayProcess, station, wait_for, write_registry
from servers import DEADLINE_S, MOSQUITTO, BrokerProcess, free_port, wait_until

import wardbell_firmware
import wardbell_protocol
import wardbell_simulator
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.waveform import burst
from wardbell_protocol.bus import topics
from wardbell_protocol.calls.signals import DATA_BY_SIGNAL, NORMAL
from wardbell_simulator.micropython import find_micropython

ROOT = Path(__file__).resolve().parents[2]
UMQTT = Path(os.environ.get("WARDBELL_UMQTT", ROOT / "build" / "umqtt"))

pytestmark = pytest.mark.skipif(
    not (UMQTT / "umqtt" / "simple.py").exists(),
    reason="no umqtt: `make setup` could not fetch it; WARDBELL_UMQTT=DIR names one",
)


def micropython_environment() -> dict[str, str]:
    roots = [Path(package.__path__[0]).parent for package in (wardbell_protocol, wardbell_firmware, wardbell_simulator)]
    return {**os.environ, "MICROPYPATH": os.pathsep.join([".frozen", *map(str, roots), str(UMQTT)])}


def run_side(script: str, *args: str) -> str:
    """What a script beside this file prints in MicroPython."""
    command = [str(find_micropython()), str(Path(__file__).with_name(script)), *args]
    done = subprocess.run(
        command, env=micropython_environment(), capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class WifiReceiver:
    """The process of wifi_side.py. `authority`: whose certificate the broker must show, and so TLS. `login`: further settings."""

    def __init__(self, port: int, authority: bytes | None = None, **login: str) -> None:
        table = [station(station_id, clear_at=["bed", "receiver", "console"]) for station_id in ADDRESSES]
        bus = {"ward": WARD, "host": "127.0.0.1", "port": port, "tls": authority is not None, **login}
        files = {"stations.json": json.dumps(table).encode().hex()}
        if authority is not None:
            files["ca.der"] = authority.hex()
        start = {"settings": {"name": "hall", "bus": bus}, "files": files, "epoch": 7}
        self._process = subprocess.Popen(
            [str(find_micropython()), str(Path(__file__).with_name("wifi_side.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=micropython_environment(),
            text=True,
        )
        self.said: list[str] = []
        self.now: dict[str, object] = {}
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self._say(start)

    @property
    def lines(self) -> str:
        """What its display shows."""
        lines = self.now.get("lines")
        return " | ".join(lines) if isinstance(lines, list) else f"nothing yet: {self.said}"

    def press(self, station_id: str, signal: str = NORMAL) -> None:
        """A bed is heard in bare words."""
        durations = burst(CodeWord.from_parts(ADDRESSES[station_id], DATA_BY_SIGNAL[signal]), 25, 4)
        pulses = [-400_000] + [us if at % 2 == 0 else -us for at, us in enumerate(durations)] + [-100_000]
        self._say({"press": pulses})

    def end(self) -> None:
        """Have it end by itself."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(DEADLINE_S) == 0, self.said
        self._leave()

    def kill(self) -> None:
        """Take its power."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._leave()

    def _leave(self) -> None:
        self._thread.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _say(self, message: dict[str, object]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(line)
            if line.startswith("{"):
                self.now = json.loads(line)


# As little as `openssl ca` makes certificates of any dates with; `req` knows no other than from now on.
CA_SETTINGS = """
[ca]
default_ca = ward
[ward]
database = {folder}/index
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = names
copy_extensions = copy
unique_subject = no
[names]
commonName = supplied
"""


class House:
    """A certificate authority, and a broker with a plain port and one for each certificate asked for: by its own words.

    `certified`: their names, by what they are called here. `days`: from which to which day from now such a one is valid.
    """

    def __init__(self, folder: Path, certified: dict[str, str], days: dict[str, tuple[int, int]] | None = None) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("openssl is not installed; .ci/system-packages installs it where it may")
        self._folder = folder
        self.authority = self._issue("authority", "-subj", "/CN=ward")
        self.port = {name: free_port() for name in certified}
        more = ""
        for name, alternative in certified.items():
            signed = ["-CA", str(folder / "authority.pem"), "-CAkey", str(folder / "authority.key")]
            named = ["-subj", "/CN=broker", "-addext", f"subjectAltName={alternative}"]
            if days is not None and name in days:
                self._issue_dated(name, named, days[name])
            else:
                self._issue(name, *named, *signed)
            more += f"listener {self.port[name]} 127.0.0.1\nallow_anonymous true\n"
            more += f"certfile {folder / name}.pem\nkeyfile {folder / name}.key\n"
        self.broker = BrokerProcess("mosquitto", folder, more)

    def _issue(self, name: str, *how: str) -> bytes:
        """Returns the certificate, DER; it and its key are in the folder."""
        file = self._folder / name
        self._openssl("req", "-x509", *self._key(name), "-out", f"{file}.pem", "-days", "2", *how)
        return ssl.PEM_cert_to_DER_cert(Path(f"{file}.pem").read_text())

    def _issue_dated(self, name: str, named: list[str], days: tuple[int, int]) -> None:
        file, settings = self._folder / name, self._folder / "ca.conf"
        settings.write_text(CA_SETTINGS.format(folder=self._folder))
        (self._folder / "index").touch()
        self._openssl("req", "-new", *self._key(name), "-out", f"{file}.csr", *named)
        begin, end = (f"{datetime.now(UTC) + timedelta(days=day):%Y%m%d%H%M%SZ}" for day in days)
        authority = ["-cert", f"{self._folder}/authority.pem", "-keyfile", f"{self._folder}/authority.key"]
        made = ["-in", f"{file}.csr", "-out", f"{file}.pem", "-startdate", begin, "-enddate", end]
        self._openssl("ca", "-batch", "-notext", "-config", str(settings), *authority, *made)

    def _key(self, name: str) -> list[str]:
        curve = ["-pkeyopt", "ec_paramgen_curve:prime256v1"]
        return ["-newkey", "ec", *curve, "-nodes", "-keyout", f"{self._folder / name}.key"]

    def _openssl(self, *how: str) -> None:
        subprocess.run(["openssl", *how], check=True, capture_output=True)


@pytest.fixture
def receiver(broker: BrokerProcess) -> Iterator[WifiReceiver]:
    receiver = WifiReceiver(broker.port)
    yield receiver
    receiver.end()


@pytest.mark.parametrize("broker", ["mosquitto"], indirect=True)
def test_a_receiver_speaks_for_its_ward_until_a_gateway_does(
    broker: BrokerProcess, receiver: WifiReceiver, tmp_path: Path
) -> None:
    bus = BusEnd(broker.url)
    bus.sign_of_life()
    wait_until(lambda: receiver.now.get("stands_in"), f"it to stand in; {receiver.said}")
    receiver.press("203-1")
    wait_for(bus, lambda bus: bus.open == {("203-1", NORMAL): "placed"}, "the call")
    bus.command("acknowledge", bus.call_id("203-1"), "c1")
    wait_for(bus, lambda bus: bus.open == {("203-1", NORMAL): "acknowledged"}, "the answer")
    wait_until(lambda: "I know!" in receiver.lines, f"the display; {receiver.lines}")

    write_registry(tmp_path / "home")
    gateway = GatewayProcess(tmp_path / "home", broker.url)
    gateway.start()
    try:
        wait_until(lambda: receiver.now["stands_in"] is False, "the hand-over")
        wait_for(bus, lambda bus: bus.open == {("203-1", NORMAL): "acknowledged"}, "the same call at the gateway")
        receiver.press("204-2", "emergency")
        wait_for(bus, lambda bus: bus.open.get(("204-2", "emergency")) == "placed", "a call heard by the gateway's ear")
        bus.command("acknowledge", bus.call_id("204-2"), "c2")
        wait_until(
            lambda: "EMERG" in receiver.lines and "I know!" in receiver.lines, "the display to follow the gateway"
        )

        broker.kill()
        receiver.press("203-2")
        wait_until(lambda: "Calling!!!" in receiver.lines, "it to ring with no broker")
        broker.start()
        wait_for(bus, lambda bus: bus.open.get(("203-2", NORMAL)) == "placed", "what it heard meanwhile")
    finally:
        gateway.kill()
        bus.close()


@pytest.mark.parametrize("is_secure", [False, True])
def test_a_host_that_takes_connections_and_says_nothing_holds_no_call_up(is_secure: bool, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        receiver = WifiReceiver(mute.getsockname()[1], House(tmp_path, {}).authority if is_secure else None)
        mute.settimeout(DEADLINE_S)
        taken, _ = mute.accept()
        with taken:
            taken.recv(1)  # its question; from here on it waits for an answer
            receiver.press("203-1")
            wait_until(lambda: "Calling!!!" in receiver.lines, f"the call; {receiver.lines}")
        receiver.end()


def test_a_broker_that_wants_another_password_gets_it_and_the_display_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        receiver = WifiReceiver(door.getsockname()[1], user="hall", password="secret")
        door.settimeout(DEADLINE_S)
        visitor, _ = door.accept()
        with visitor, visitor.makefile("rb") as heard:  # it is written, and so comes, in several pieces
            head = heard.read(3)
            length = head[1] - 0x80 + 0x80 * head[2]  # the will alone is longer than one byte of it says
            hello = head + heard.read(length)
            # User, password, kept will at QoS 1, clean; 20 s; a name of ten letters.
            assert hello[3:15] == b"\0\4MQTT\4\xee\0\x14\0\x0a"
            assert hello.endswith(b"\0\4hall\0\6secret")
            visitor.sendall(b"\x20\2\0\5")
            wait_until(lambda: receiver.lines == "No broker: wrong | password", "what is wrong")
        receiver.end()


def test_a_broker_that_lets_in_and_drops_is_asked_ever_more_seldom_and_soon_after_a_steady_time() -> None:
    asked = json.loads(run_side("wifi_storm_side.py", str(free_port())))
    waits_s = [round((later - earlier) / 1000) for earlier, later in pairwise(asked)]
    assert waits_s == [1, 2, 4, 8, 16, 30, 30, 30, 121]


@pytest.mark.parametrize("broker", ["mosquitto"], indirect=True)
def test_what_no_receiver_has_room_for_is_left_with_the_broker(broker: BrokerProcess) -> None:
    paho.mqtt.publish.single(
        topics.health(WARD, "somebody"), b"x" * 8_000_000, qos=1, retain=True, hostname="127.0.0.1", port=broker.port
    )
    receiver = WifiReceiver(broker.port)
    wait_until(lambda: receiver.said, "it to run")
    receiver.press("203-1")
    wait_until(lambda: "Calling!!!" in receiver.lines, f"the call; {receiver.lines}")
    receiver.end()


def refuses_and_rings(receiver: WifiReceiver) -> None:
    wait_until(lambda: "certificate not | valid today" in receiver.lines, f"it to be refused; {receiver.said}")
    receiver.press("203-1")
    wait_until(lambda: "Calling!!!" in receiver.lines, f"it to ring; {receiver.said}")


@pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")
def test_by_tls_it_trusts_its_authority_that_name_and_today_alone_and_the_broker_says_when_it_dies(
    tmp_path: Path,
) -> None:
    here = "IP:127.0.0.1,DNS:localhost"
    certified = {"here": here, "elsewhere": "IP:127.0.0.2,DNS:elsewhere", "over": here, "ahead": here}
    house = House(tmp_path, certified, {"over": (-30, -1), "ahead": (1, 30)})
    (tmp_path / "other").mkdir()
    house.broker.start()
    bus = BusEnd(house.broker.url)
    receiver = WifiReceiver(house.port["here"], house.authority)
    stranger = WifiReceiver(house.port["here"], House(tmp_path / "other", {}).authority)
    misled = WifiReceiver(house.port["elsewhere"], house.authority)
    late, early = (
        WifiReceiver(house.port[name], house.authority) for name in ("over", "ahead")
    )  # its clock may be wrong

    def state() -> str:
        with bus.lock:
            life = bus.mirror.health.get(("radio", "hall"))
            return "" if life is None else life.state

    try:
        bus.sign_of_life()
        wait_until(lambda: state() == "online", f"its life sign; {receiver.said}")
        wait_until(lambda: "certificate of" in stranger.lines, f"one to be refused; {stranger.said}")
        wait_until(lambda: "certificate has" in misled.lines, f"the other to be refused; {misled.said}")
        for one in (late, early):
            refuses_and_rings(one)
        receiver.kill()
        wait_until(lambda: state() == "offline", "its last will")
    finally:
        for one in (stranger, misled, late, early):
            one.end()
        bus.close()
        house.broker.kill()
