"""The broker's rules that the specification gives an installer, in a real mosquitto: who may say and hear what."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from centre_host import CENTRE
from centre_parts import command
from servers import MOSQUITTO, REPOSITORY, BrokerProcess, free_port, wait_until

from wardbell_bus.client import BusClient
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import encode

RULES = REPOSITORY / "protocol" / "spec" / "broker"
USERS = ("host", "callcenter", "console-desk-1", "console-desk-2", "console-west")


class RuledBroker(BrokerProcess):
    """A mosquitto with the files of the specification; both listeners on loopback, without TLS."""

    def __init__(self, folder: Path) -> None:
        super().__init__("mosquitto", folder)
        self._config = folder / "mosquitto.conf"
        self._host_port = free_port()
        passwords = folder / "wardbell.passwd"
        passwords.touch(mode=0o600)
        for user in USERS:
            subprocess.run(["mosquitto_passwd", "-b", passwords, user, f"of {user}"], check=True)
        shutil.copy(RULES / "wardbell.acl", folder)
        text = (RULES / "mosquitto.conf").read_text()
        for there, here in (
            ("/etc/mosquitto/conf.d/", f"{folder}/"),
            ("/etc/mosquitto/", f"{folder}/"),
            ("/var/lib/mosquitto/", f"{folder}/"),
            ("listener 1883 127.0.0.1", f"listener {self._host_port} 127.0.0.1"),
            ("listener 8883", f"listener {self.port} 127.0.0.1"),
        ):
            assert there in text
            text = text.replace(there, here)
        lines = [line for line in text.splitlines() if not line.startswith(("cafile", "certfile", "keyfile"))]
        self._config.write_text("\n".join([*lines, "user root", ""]))

    def url_of(self, user: str, password: str = "") -> str:
        """Where that user comes in."""
        port = self._host_port if user == "host" else self.port
        return f"mqtt://{user}:{password or f'of {user}'}@127.0.0.1:{port}".replace(" ", "%20")

    def _command(self) -> list[str]:
        assert MOSQUITTO is not None
        return [MOSQUITTO, "-c", str(self._config)]


class Ear:
    """A client that hears all it may."""

    def __init__(self, broker: RuledBroker, user: str, client_id: str = "") -> None:
        self.heard: list[str] = []
        self.client = BusClient(
            broker.url_of(user),
            client_id or user,
            ["wardbell/v1/#"],
            lambda topic, _payload, _retained: self.heard.append(topic),
            lambda _up: None,
        )
        self.client.start()
        wait_until(lambda: self.client.is_connected, f"{user} to connect")

    def say(self, *some: str) -> None:
        for topic in some:
            self.client.publish(topic, encode(command("note")))


@pytest.fixture
def ruled(tmp_path: Path) -> Iterator[RuledBroker]:
    if MOSQUITTO is None:
        pytest.skip("mosquitto is not installed; .ci/system-packages installs it where it may")
    broker = RuledBroker(tmp_path)
    broker.start()
    yield broker
    broker.kill()


def test_each_speaks_for_itself_and_hears_what_is_its_own(ruled: RuledBroker) -> None:
    host, desk, nurses = (Ear(ruled, user) for user in ("host", "console-desk-1", "console-west"))
    own = topics.centre_command("console-desk-1")
    desk.say(
        topics.centre_command("console-desk-2"),
        topics.event(CENTRE),
        topics.contact("c-1"),
        topics.offer("console-desk-1"),
        topics.reply(CENTRE, "console-desk-2"),
        topics.command("west"),
        topics.health(CENTRE, "callcenter-main"),
        topics.hearing("west"),
        topics.snapshot_request(CENTRE),
        topics.health(CENTRE, "console-desk-1"),
        own,
    )
    wait_until(lambda: own in host.heard, "what it may say")
    assert host.heard == [topics.snapshot_request(CENTRE), topics.health(CENTRE, "console-desk-1"), own]
    nurses.say(topics.command("east"), topics.command("west"))
    wait_until(lambda: topics.command("west") in host.heard, "the nurses' verb")
    assert topics.command("east") not in host.heard
    centre = Ear(ruled, "callcenter")
    answered = [topics.command("north"), topics.health("north", "callcenter-main"), topics.contact("c-2")]
    centre.say(topics.event("north"), *answered)
    wait_until(lambda: answered[-1] in host.heard, "what a call centre elsewhere says")
    assert host.heard[-3:] == answered
    assert topics.event("north") not in host.heard
    last = topics.event("west")
    mine = [topics.offer("console-desk-1"), topics.reply("west", "console-desk-1"), topics.contact("c-1")]
    host.say(
        topics.offer("console-desk-2"), topics.reply(CENTRE, "console-desk-2"), topics.command("west"), *mine, last
    )
    wait_until(lambda: last in desk.heard, "what everybody hears")
    assert desk.heard == [topics.health(CENTRE, "console-desk-1"), *answered[1:], *mine, last]
    for ear in (host, desk, nurses, centre):
        ear.client.stop()


def test_nobody_comes_without_a_password_or_as_somebody_else(
    ruled: RuledBroker, caplog: pytest.LogCaptureFixture
) -> None:
    host = Ear(ruled, "host", "callcenter")
    stranger = BusClient(ruled.url_of("console-desk-1", "wrong"), "callcenter", [], lambda *_: None, lambda _up: None)
    stranger.start()
    wait_until(lambda: "refused us" in caplog.text, "the stranger to be refused")
    desk = Ear(ruled, "console-desk-1", "callcenter")
    desk.say(topics.centre_command("console-desk-1"))
    wait_until(lambda: host.heard, "the host, who was not put off the bus")
    assert host.client.is_connected
    assert not stranger.is_connected
    for client in (host.client, desk.client, stranger):
        client.stop()
