"""`wardbell replay`: a recording of real remotes as one more ear of the ward's gateway."""

import argparse
import json
import secrets
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from wardbell_bus import paths
from wardbell_bus.client import BusClient
from wardbell_gateway.registry import read_registry
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.presses import Press, PressEnded, PressReceiver, PressStarted
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import Hearing, encode
from wardbell_protocol.errors import ConfigError, EncodeError
from wardbell_simulator.trains import Train, read_trains

EXIT_UNAVAILABLE = 69
BROKER_WITHIN_S = 5.0
TAKEN_WITHIN_S = 20.0
GAP_US = 3_000_000  # between two recordings, so that no press of one is taken for one of the next

_EXAMPLES = """\
examples:
  wardbell replay words.jsonl                                    every press, as though it had just been heard
  wardbell replay g001_433.92M_250k.cu8 --speed live             as slowly as it was recorded
  wardbell replay doorbell.cu8 --ward east --broker mqtt://127.0.0.1:1883

Enrol the remote first: `wardbell decode FILE` shows its code, `wardbell enrol --code` names its bed.
Prints a JSON line for each press. 69 = no broker, or it did not take them.
"""


def main(argv: list[str]) -> int:
    """Send the presses of a recording to the gateway; 0 once the broker has them all."""
    parser = argparse.ArgumentParser(
        prog="wardbell replay",
        description="Send a recording through the decoder into a ward's gateway.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="pulse trains (.jsonl) or IQ (.cu8)")
    parser.add_argument("--speed", choices=["live", "full"], default="full", help="default %(default)s")
    parser.add_argument("--ward", help="default: the ward of the registry in the state folder")
    parser.add_argument("--ear", default="replay", help="name of this ear; default %(default)s")
    paths.add_options(parser)
    options = parser.parse_args(argv)
    try:
        trains = read_trains(options.file)
        ward = topics.check_name(options.ward or read_registry(options.home / "registry.json").ward)
        ear = Ear(options.broker, ward, topics.check_name(options.ear))
    except (ConfigError, EncodeError) as error:
        print(f"wardbell replay: {error}", file=sys.stderr)
        return 2
    return _replay(ear, trains, options.speed == "live")


class HeardPress:
    """A press of the recording: when it began, and when two of its words had agreed, µs since the first train began."""

    def __init__(self, train_id: str, press: Press, begin_us: int, heard_us: int) -> None:
        self.train_id = train_id
        self.press = press
        self.begin_us = begin_us
        self.heard_us = heard_us


def presses_of(trains: list[Train]) -> Iterator[HeardPress]:
    """Decode the trains one after the other, as the air would bring them."""
    before_us = 0
    for train in trains:
        for heard_us, event in _decode(train):
            if isinstance(event, PressStarted):
                yield HeardPress(train.id, event.press, before_us + event.press.start_us, before_us + heard_us)
        before_us += train.length_us + GAP_US


def _decode(train: Train) -> Iterator[tuple[int, PressStarted | PressEnded]]:
    receiver = PressReceiver()
    now_us = 0
    for pulse in train.pulses:
        now_us += abs(pulse)
        for event in receiver.receive(Portion.of([pulse], now_us)):
            yield now_us, event
    while (deadline_us := receiver.next_deadline_us()) is not None:
        for event in receiver.poll(deadline_us):
            yield deadline_us, event


class Ear:
    """Reports presses on the bus."""

    def __init__(self, broker: str, ward: str, name: str) -> None:
        self._name = name
        self._topic = topics.hearing(ward)
        self._epoch = secrets.token_hex(4)
        self._seq = 0
        self._n_taken = threading.Semaphore(0)
        self._connected = threading.Event()
        client_id = topics.check_name(f"ear-{name}-{self._epoch}")
        self._client = BusClient(broker, client_id, [], lambda *_: None, self._connection)
        self._client.watch_published(lambda _mid: self._n_taken.release())

    def open(self) -> bool:
        """Connect; False where there is no broker."""
        self._client.start()
        return self._connected.wait(BROKER_WITHIN_S)

    def report(self, press: Press, at_ms: int) -> None:
        """Say what was heard and when it began."""
        self._seq += 1
        hearing = Hearing(
            ear=self._name,
            epoch=self._epoch,
            seq=self._seq,
            code=CodeWord(press.code).hex,
            words=press.words,
            t_us=press.t_us,
            at_ms=at_ms,
        )
        self._client.publish(self._topic, encode(hearing))

    def all_taken(self) -> bool:
        """Wait until the broker has all reports; False if it does not take them."""
        return all(self._n_taken.acquire(timeout=TAKEN_WITHIN_S) for _ in range(self._seq))

    def close(self) -> None:
        """Leave."""
        self._client.stop()

    def _connection(self, is_up: bool) -> None:
        if is_up:
            self._connected.set()


def _replay(ear: Ear, trains: list[Train], is_live: bool) -> int:
    try:
        if not ear.open():
            said = "no broker there that takes us; start one (`wardbell broker`), or give --broker"
            print(f"wardbell replay: {said}", file=sys.stderr)
            return EXIT_UNAVAILABLE
        now_ms = time.time_ns() // 1_000_000
        length_us = sum(train.length_us + GAP_US for train in trains) - GAP_US
        begin_ms = now_ms if is_live else now_ms - length_us // 1000  # at full speed it has just been heard to its end
        for heard in presses_of(trains):
            if is_live:
                time.sleep(max(0.0, begin_ms / 1000 + heard.heard_us / 1e6 - time.time()))
            ear.report(heard.press, begin_ms + heard.begin_us // 1000)
            print(_describe(heard), flush=True)
        if not ear.all_taken():
            print("wardbell replay: the broker did not take every press", file=sys.stderr)
            return EXIT_UNAVAILABLE
        return 0
    finally:
        ear.close()


def _describe(heard: HeardPress) -> str:
    press = heard.press
    return json.dumps(
        {"id": heard.train_id, "code": CodeWord(press.code).hex, "t_us": press.t_us, "start_us": heard.begin_us}
    )
