"""A call centre as a process behind a real broker, 600 people at their seats, calls at a steady pace: how late offers come."""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from centre_host import centre_process, now_ms
from centre_parts import call_state, cleared, command, step_command
from engine_crowd import PER_WARD, WARDS, house
from servers import BrokerProcess, wait_until

from wardbell_bus.client import BusClient
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import Offer
from wardbell_protocol.bus.payloads import Command, Health, Reply, WardEvent, decode, encode

CENTRE = topics.CALL_CENTRE_SCOPE
RATE = 10
CLIENTS = 4
DUE_AFTER_S = 2
LIFE_SIGN_S = 5.0
LATEST_S = 60.0
# The first step comes at once, the second two seconds later by its timer. One is asked in each.
STEPS: list[dict[str, Any]] = [
    {"after_s": 0, "to": ["ward"], "strategy": "longest_idle", "ring_s": 0},
    {"after_s": DUE_AFTER_S, "to": ["home"], "strategy": "longest_idle", "ring_s": 20},
]


@dataclass
class Late:
    """Milliseconds from when an offer was due until it was at its seat: of steps at once, and of steps by their timers."""

    at_once: list[float] = field(default_factory=list)
    by_timer: list[float] = field(default_factory=list)
    n_accepted: int = 0
    n_refused: int = 0


class Seats:
    """One client in whose name 150 people sit, as their consoles would; accepts what its second step offers, and ends it."""

    def __init__(self, url: str, number: int, names: list[str], sent_at_ms: dict[str, float], late: Late) -> None:
        self._sent_at_ms, self._late = sent_at_ms, late
        self.names = {f"console-{name}": name for name in names}
        wanted = [topic for seat in self.names for topic in (topics.offer(seat), topics.reply(CENTRE, seat))]
        wanted.append(topics.health(CENTRE, "callcenter-main"))
        self.client = BusClient(url, f"bench-{number}", wanted, self._message, lambda _is_up: None)
        self.n_signed_in = 0
        self.is_served = False  # before that nobody keeps what is said
        self._seen: set[str] = set()
        self._numbers = itertools.count()

    def sign_in(self) -> None:
        """Everybody, each at his seat."""
        for seat, name in self.names.items():
            self._send(command("sign_in", by=name, reply_to=seat))

    def beat(self) -> None:
        """The life signs of their consoles."""
        for seat, name in self.names.items():
            sign = Health(part="console", name=name, state="online", at_ms=now_ms())
            self.client.publish(topics.health(CENTRE, seat), encode(sign), retain=True)

    def _message(self, topic: str, payload: bytes, _is_retained: bool) -> None:
        at_ms = time.time_ns() / 1e6
        address = topics.parse(topic)
        if address is None:
            return
        if address.channel == "reply":
            self._replied(decode(payload, Reply))
        elif address.channel == "health":
            self.is_served = decode(payload, Health).state == "online"
        elif address.channel == "offer":
            self._offered(address.last, decode(payload, Offer), at_ms)

    def _replied(self, reply: Reply) -> None:
        self.n_signed_in += 1
        self._late.n_refused += not reply.ok

    def _offered(self, seat: str, offer: Offer, at_ms: float) -> None:
        contact = offer.contact
        if offer.withdrawn or offer.delivery_id in self._seen:
            return
        self._seen.add(offer.delivery_id)
        self._send(command("received", by=self.names[seat], reply_to=seat, offer_id=offer.offer.offer_id))
        by_timer_ms = at_ms - contact.opened_at_ms - DUE_AFTER_S * 1000
        if by_timer_ms < 0:  # the first step, or the second where nobody of the ward could be asked: due with the call
            self._late.at_once.append(at_ms - self._sent_at_ms[contact.call_id])
        else:
            self._late.by_timer.append(by_timer_ms)
        if offer.offer.step == 0:
            return
        self._late.n_accepted += 1
        self._send(command("accept", by=self.names[seat], reply_to=seat, contact_id=contact.contact_id))

    def _send(self, sent: Command) -> None:
        unique = msgspec.structs.replace(sent, command_id=f"{self.client.client_id}-{next(self._numbers)}")
        self.client.publish(topics.centre_command(unique.reply_to), encode(unique))


class Broker(BrokerProcess):
    """As a house would have it: what it keeps is written out each minute, and not with each of a thousand messages."""

    def _command(self) -> list[str]:
        command = super()._command()
        config = Path(command[-1])
        said = config.read_text().replace("autosave_on_changes true\n", "").replace("interval 1\n", "interval 60\n")
        config.write_text(said + "max_queued_messages 100000\n")
        return command


@contextmanager
def line(folder: Path, database_url: str) -> Iterator[BrokerProcess]:
    """A broker and the call centre on it, with the house."""
    store = Store(database_url)
    with store.writing() as ledger:
        described = msgspec.to_builtins(house(STEPS[0]))
        described["policies"]["only"]["steps"] = STEPS
        ledger.houses.put(msgspec.json.encode(described), "bench", now_ms())
    store.close()
    broker = Broker("mosquitto", folder)
    broker.start()
    centre = centre_process(broker.url, folder / "centre", database_url)
    centre.start()
    try:
        yield broker
        assert centre.end() == 0
    finally:
        centre.kill()
        broker.kill()


def measure(folder: Path, database_url: str, seconds: int) -> Late:
    """Everybody signs in; then calls come at the pace, each cleared at its bed 20 s later."""
    late = Late()
    sent_at_ms: dict[str, float] = {}
    names = [f"w{ward:02}-{number:02}" for ward in range(WARDS) for number in range(PER_WARD)]
    with line(folder, database_url) as broker:
        share = len(names) // CLIENTS
        crews = [
            Seats(broker.url, number, names[number * share : (number + 1) * share], sent_at_ms, late)
            for number in range(CLIENTS)
        ]
        for crew in crews:
            crew.client.start()
            wait_until(lambda crew=crew: crew.is_served, "the call centre")  # type: ignore[misc]
        stopping = threading.Event()
        beats = threading.Thread(target=_beat, args=(crews, stopping))
        beats.start()
        try:
            for crew in crews:
                crew.sign_in()
            wait_until(lambda: sum(crew.n_signed_in for crew in crews) >= len(names), "600 to sign in", 240)
            _calls(broker.url, seconds, sent_at_ms)
            end_s = time.monotonic() + LATEST_S  # a machine that is too slow for the pace shows in the figures
            while late.n_accepted < seconds * RATE and time.monotonic() < end_s:
                time.sleep(0.1)
        finally:
            stopping.set()
            beats.join()
            for crew in crews:
                crew.client.stop()
    return late


def _beat(crews: list[Seats], stopping: threading.Event) -> None:
    for crew in itertools.cycle(crews):
        crew.beat()
        if stopping.wait(LIFE_SIGN_S / len(crews)):
            return


def _calls(url: str, seconds: int, sent_at_ms: dict[str, float]) -> None:
    """As a console sends the steps that are due, and a ward the ends of its calls."""
    client = BusClient(url, "console-desk", [], lambda *_: None, lambda _is_up: None)
    client.start()
    wait_until(lambda: client.is_connected, "the desk")
    began_s = time.monotonic()
    calls, seq = [], itertools.count(1)
    for number in range(seconds * RATE):
        wait_s = began_s + number / RATE - time.monotonic()
        if wait_s > 0:
            time.sleep(wait_s)
        at_ms = now_ms()
        ward = f"w{number % WARDS:02}"
        times = dict.fromkeys(("placed_at_ms", "raised_at_ms", "last_press_at_ms"), at_ms)
        call = call_state(f"{ward}-{number}", "normal", ward, room=f"{number % 900}", station_id=f"s-{number}", **times)
        calls.append(call)
        step = msgspec.structs.replace(step_command(call, after_ms=0), command_id=f"step-{number}")
        sent_at_ms[call.call_id] = time.time_ns() / 1e6
        client.publish(topics.centre_command(step.reply_to), encode(step))
        if number >= 20 * RATE:
            over = cleared(calls[number - 20 * RATE], at_ms)
            told = {"epoch": "e", "seq": next(seq), "at_ms": at_ms, "kind": "cleared", "by": "", "where": ""}
            client.publish(topics.event(over.ward), encode(msgspec.convert(told | {"call": over}, WardEvent)))
    client.stop()


def percentile(values: list[float], share: float) -> float:
    """Of sorted or unsorted values."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
