"""`wardbell escalate`: the escalator as a service without a screen, for the gateway's host."""

import argparse
import logging
import signal
import sys
import threading
import time
from collections.abc import Sequence

from wardbell_bus import paths
from wardbell_bus.client import BusClient
from wardbell_bus.life_sign import LifeSign
from wardbell_bus.mirror import CentreMirror, WardMirror
from wardbell_bus.wards import WardMirrors
from wardbell_console.escalator import Escalator
from wardbell_protocol.bus import topics
from wardbell_protocol.errors import ConfigError, EncodeError

EXAMPLES = """examples:
  wardbell escalate --ward east
  wardbell escalate --ward east --ward west --name cellar
  wardbell escalate --ward +            every ward that is heard
"""

EX_CONFIG = 78
TICK_S = 0.25


class EscalateService:
    """Follows the wards and the call centre, and polls an Escalator."""

    def __init__(self, broker_url: str, wards: list[str], name: str) -> None:
        client_id = f"escalator-{name}"
        self._house = WardMirrors(client_id)
        self._wards = [] if topics.ANY in wards else [WardMirror(ward, client_id) for ward in wards]
        self._centre = CentreMirror(client_id)
        self._escalator = Escalator(self._wards or self._house.mirrors, self._centre, client_id)
        scopes = [ward.ward for ward in self._wards] or [topics.CALL_CENTRE_SCOPE]
        self._life_signs = [LifeSign(scope, "escalator", name) for scope in scopes]
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        subscriptions = [topic for mirror in self._followed() for topic in mirror.subscriptions()]
        # A connection has one last will: of several wards, all but the first notice our death by our silence.
        will = self._life_signs[0].will(_now_ms())
        self.client = BusClient(broker_url, client_id, subscriptions, self._message, self._connected, will)

    def run(self) -> None:
        """Serve until `stop` is called."""
        self.client.start()
        while not self._stopping.wait(TICK_S):
            self._tick()
        self.client.stop()

    def stop(self) -> None:
        """Have `run` end; may be called from a signal handler."""
        self._stopping.set()

    def _followed(self) -> Sequence[WardMirror | WardMirrors | CentreMirror]:
        wards: Sequence[WardMirror | WardMirrors] = self._wards or [self._house]
        return [*wards, self._centre]

    def _tick(self) -> None:
        if not self.client.is_connected:
            return
        now_ms = _now_ms()
        with self._lock:
            publications = [publication for mirror in self._followed() for publication in mirror.poll(now_ms)]
            publications += self._escalator.poll(now_ms)
            faults = tuple(f"policies-{ward}" for ward in sorted(self._escalator.ladder.unreadable))
        for publication in publications:
            self.client.publish(publication.topic, publication.payload)
        for life_sign in self._life_signs:
            life_sign.beat(self.client, now_ms, faults)

    def _message(self, topic: str, payload: bytes, _is_retained: bool) -> None:
        with self._lock:
            for mirror in self._followed():
                mirror.receive(topic, payload, _now_ms())

    def _connected(self, is_up: bool) -> None:
        for life_sign in self._life_signs:
            life_sign.connected()
        if not is_up:
            with self._lock:
                for mirror in self._followed():
                    mirror.connection_lost()


def main(argv: list[str]) -> int:
    """Run the escalator until it is ended."""
    options = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s", stream=sys.stderr)
    try:
        service = EscalateService(options.broker, options.ward, topics.check_name(options.name))
    except ConfigError as error:
        sys.stderr.write(f"wardbell escalate: {error}\n")
        return EX_CONFIG
    except EncodeError as error:
        sys.stderr.write(f"wardbell escalate: --name: {error}\n")
        return 2
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.stop())
    service.run()
    return 0


def _ward(name: str) -> str:
    if name == topics.ANY:
        return name
    try:
        return topics.check_name(name)
    except EncodeError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wardbell escalate",
        description="Send the escalation steps that are due to the call centre. Several may run; each step counts once.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    paths.add_options(parser)
    parser.add_argument("--ward", action="append", required=True, type=_ward, help="a ward; may be repeated; + for all")
    parser.add_argument("--name", default=paths.host_name(), help="tells two of a kind apart; default %(default)s")
    return parser


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
