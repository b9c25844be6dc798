"""An operator's console in a process of its own, without a screen: its desk, its feed and its port are the real ones.

Whoever sits there is in the test: he presses keys and looks, and remembers what the console forgets when it is killed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from centre_host import FORKS, now_ms

from wardbell_bus.mirror import Publication
from wardbell_console.desk import Connection as BusConnection
from wardbell_console.desk import Desk, Message
from wardbell_console.feed import Feed
from wardbell_console.language import Language
from wardbell_console.mqtt_port import MqttPort
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import ContactState, ScreenPop
from wardbell_protocol.bus.payloads import Command, Reply, decode

TICK_S = 0.02
OF_A_CONTACT = ("accept", "note", "on_site", "resolve")


@dataclass
class Sight:
    """What the console shows, and what went over its wire since it lives."""

    is_signed_in: bool = False
    is_stale: bool = True
    contacts: dict[str, ContactState] = field(default_factory=dict)
    offers: set[str] = field(default_factory=set)  # ids of those that stand
    asked: list[str] = field(default_factory=list)  # contacts that they are about
    pops: set[str] = field(default_factory=set)  # contacts of which it has the screen pop
    sent: dict[str, Command] = field(default_factory=dict)
    replies: dict[str, Reply] = field(default_factory=dict)


class OverheardPort(MqttPort):
    """Notes the operator's commands, and the replies, as they pass."""

    def __init__(self, broker_url: str, feed: Feed, name: str) -> None:
        super().__init__(broker_url, feed.client_id, feed.subscriptions(), name, topics.CALL_CENTRE_SCOPE, now_ms())
        self.sent: dict[str, Command] = {}
        self.replies: dict[str, Reply] = {}

    def publish(self, publication: Publication) -> None:
        address = topics.parse(publication.topic)
        if address is not None and (address.scope, address.channel) == (topics.CALL_CENTRE_SCOPE, "command"):
            command = decode(publication.payload, Command)
            if command.verb in OF_A_CONTACT:
                self.sent[command.command_id] = command
        super().publish(publication)

    def drain(self) -> list[Message | BusConnection]:
        arrivals = super().drain()
        for arrival in arrivals:
            address = topics.parse(arrival.topic) if isinstance(arrival, Message) else None
            if isinstance(arrival, Message) and address is not None and address.channel == "reply":
                reply = decode(arrival.payload, Reply)
                self.replies[reply.command_id] = reply
        return arrivals


def live(questions: Connection, broker_url: str, name: str) -> None:
    """What the process does: the work of a desk, and between its ticks what the person wants. Ends with the test."""
    feed = Feed(f"console-{name}", name, (), operator=name)
    port = OverheardPort(broker_url, feed, name)
    desk = Desk(feed, port, now_ms, Language("en"))
    port.start()
    while True:
        try:
            presses = questions.recv() if questions.poll(TICK_S) else None
        except EOFError:
            return
        for verb, contact_id, fields in presses or ():
            feed.seat.about(verb, contact_id, now_ms(), **fields)
        desk.tick()
        if presses is not None:
            questions.send(_sight(feed, port))


def _sight(feed: Feed, port: OverheardPort) -> Sight:
    standing = [ask for ask in feed.offers() if ask.offer is not None]
    return Sight(
        is_signed_in=feed.is_signed_in,
        is_stale=feed.centre.is_stale,
        contacts=dict(feed.centre.contacts),
        offers={ask.offer.offer_id for ask in standing if ask.offer is not None},
        asked=[ask.contact.contact_id for ask in standing],
        pops={ask.contact.contact_id for ask in standing if ask.pop != ScreenPop()},
        sent=port.sent,
        replies=port.replies,
    )


Press = tuple[str, str, dict[str, str]]


class ConsoleLife:
    """The test's end of such a console, to be killed and started again; it keeps what all its lives sent and heard."""

    def __init__(self, broker_url: str, name: str) -> None:
        self.name = name
        self.sent: dict[str, Command] = {}
        self.replies: dict[str, Reply] = {}
        self._broker_url = broker_url

    def start(self) -> None:
        self._ours, theirs = FORKS.Pipe()
        self._process = FORKS.Process(target=live, args=(theirs, self._broker_url, self.name), daemon=True)
        self._process.start()
        theirs.close()

    def press(self, presses: Sequence[Press] = ()) -> Sight:
        """Keys, one after the other; returns what is there to see afterwards."""
        self._ours.send(list(presses))
        sight: Sight = self._ours.recv()
        self.sent |= sight.sent
        self.replies |= sight.replies
        return sight

    def kill(self) -> None:
        """As a power cut would."""
        self._process.kill()
        self._process.join()
        self._ours.close()
