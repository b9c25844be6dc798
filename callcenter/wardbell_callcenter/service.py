"""The call centre on the bus: feeds the engine with messages and time, and publishes what it says."""

import logging
import threading
import time

from wardbell_bus.client import BusClient, NotTakenError
from wardbell_bus.life_sign import LifeSign
from wardbell_bus.mirror import life_sign
from wardbell_bus.outbox import OutboxPump
from wardbell_bus.wards import WardMirrors
from wardbell_callcenter.clock import Now, SteadyClock, read_clocks
from wardbell_callcenter.engine.engine import Engine
from wardbell_callcenter.engine.wards import OURSELVES
from wardbell_callcenter.figure_watch import FigureWatch
from wardbell_callcenter.outbox_limit import OutboxLimit
from wardbell_callcenter.ports.courier import Courier
from wardbell_callcenter.ports.mail import MailPort
from wardbell_callcenter.ports.seat import SeatPort
from wardbell_callcenter.ports.ward import WardPort
from wardbell_callcenter.ports.webhook import WebhookPort
from wardbell_callcenter.routing.hook import RoutingHook
from wardbell_callcenter.seats import Seats
from wardbell_callcenter.store.errors import LostLeaseError, StoreError
from wardbell_callcenter.store.lease import Tenure
from wardbell_callcenter.store.store import Store
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.centre_payloads import CentreReply
from wardbell_protocol.bus.payloads import (
    Command,
    PayloadError,
    Reply,
    SnapshotRequest,
    WardEvent,
    WardSnapshot,
    decode,
    encode,
)
from wardbell_protocol.bus.topics import CALL_CENTRE_SCOPE, Address
from wardbell_protocol.errors import EncodeError

log = logging.getLogger("wardbell.callcenter")

TICK_S = 0.25
SEATS_EVERY_MS = 500


class Service:
    """Runs until `stop`, or until another engine leads. The store has just taken the lease.

    Messages come on the client's thread, time on the caller's; one lock keeps them apart.
    """

    def __init__(self, broker_url: str, store: Store) -> None:
        self._store = store
        self._tenure = Tenure(_monotonic_ms())
        self._wards = WardMirrors(OURSELVES)
        with store.reading() as ledger:
            self._clock = SteadyClock(ledger.mark(), read_clocks())
        store.renew_lease(self._clock.mark(read_clocks()))  # else the time of who dies at once is lived through again
        self._routing_hook = RoutingHook(self._heed_advice)
        self._engine = Engine(store, self._wards, self._routing_hook)
        self._figures = FigureWatch(store, self._engine.house_in, self._now)
        self._seats = Seats()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._store_is_ill = False
        self._looked_for_seats_ms = 0
        self._has_ended = False
        self._life_sign = LifeSign(CALL_CENTRE_SCOPE, "callcenter", "main")
        self._ward_signs: dict[str, LifeSign] = {}  # to each ward's gateway: how far we follow its events
        # The broker keeps commands for us, and the wards' events, which say who cleared what; the rest is told again.
        kept = [topics.centre_command(topics.ANY), topics.event(topics.ANY)]
        passing = [
            *(topic for topic in self._wards.subscriptions() if topic not in kept),
            topics.snapshot_request(CALL_CENTRE_SCOPE),
            topics.contact(topics.ANY),
        ]
        self.client = BusClient(
            broker_url,
            OURSELVES,
            kept,
            self._message,
            self._connected,
            self._life_sign.will(self._now().wall_ms),
            keep_session=True,
            passing=passing,
        )
        self._pump = OutboxPump(self.client, store)
        self._outbox_limit = OutboxLimit(store)
        ports = (
            SeatPort(self.client),
            WardPort(self.client),
            MailPort(lambda: self._engine.house),
            WebhookPort(lambda: self._engine.house),
        )
        self._courier = Courier(store, ports, self._now, self._engine.offer_failed)

    def run(self) -> None:
        """Serve until `stop` is called or the lease is lost."""
        self._pump.start()
        self._courier.start()
        self._figures.start()
        self.client.start()
        try:
            is_behind = False
            while not self._stopping.wait(0 if is_behind else self._idle_s()):
                is_behind = self._tick()
        finally:
            with self._lock:
                self._has_ended = True  # before the lease is let go: until then the database refuses what is late
            self._routing_hook.stop()
            self._figures.stop()
            self._courier.stop()
            self.client.stop()
            self._pump.stop()

    def _idle_s(self) -> float:
        """Until something is due, never long: what comes over the bus may set a nearer time."""
        return TICK_S if self._store_is_ill else min(TICK_S, self._engine.idle_ms / 1000)

    def stop(self) -> None:
        """Have `run` end; may be called from a signal handler."""
        self._stopping.set()

    def receive(self, command: Command) -> Reply:
        """Have the engine do what did not come over the bus; from any thread.

        Raises:
            StoreError: nothing was done.
        """
        try:
            refused = self._engine.turned_away(command, self._now())
            if refused is not None:
                return refused
            with self._lock:
                if self._has_ended:
                    raise LostLeaseError("this engine leads no more")
                reply = self._engine.serve(command, self._now())
        except StoreError as error:
            self._store_failed(error)
            raise
        self._kick()
        return reply

    def heard(self, seat: str) -> None:
        """Whoever sits there was heard beside the bus."""
        self._seats.signed_in(seat, _monotonic_ms())

    def _tick(self) -> bool:
        """What is due; True when there is more of it."""
        now = self._now()
        now_ms = now.wall_ms
        try:
            with self._lock:
                self._renew()
                is_behind = self._engine.poll(now)
                self._sign_out_the_gone(now)
                self._outbox_limit.look(now)
                requests = self._wards.poll(now_ms)
                epoch, seq = self._engine.position()
                followed = {mirror.ward: mirror.position for mirror in self._wards.mirrors}
        except StoreError as error:
            self._store_failed(error)
            self._life_sign.beat(self.client, now_ms, self._faults())
            return False
        self._store_is_ill = False
        self._kick()
        if self.client.is_connected:
            for request in requests:
                self.client.publish(request.topic, request.payload)
        self._life_sign.beat(self.client, now_ms, self._faults(), epoch, seq)
        for ward, position in followed.items():
            sign = self._ward_signs.setdefault(ward, LifeSign(ward, "callcenter", "main"))
            sign.beat(self.client, now_ms, self._faults(), *position)
        return is_behind

    def _renew(self) -> None:
        now_ms = _monotonic_ms()
        if self._store_is_ill or self._tenure.is_renewal_due(now_ms):  # a turn that only reads would call it well
            self._store.renew_lease(self._clock.mark(read_clocks()))
            self._tenure.renewed(now_ms)

    def _sign_out_the_gone(self, now: Now) -> None:
        if now.steady_ms - self._looked_for_seats_ms < SEATS_EVERY_MS:
            return
        self._looked_for_seats_ms = now.steady_ms
        for name, seat in self._engine.seats():
            if self._seats.is_gone(seat, _monotonic_ms()):
                log.info("%s is signed out: nothing heard of %s", name, seat)
                self._engine.seat_lost(name, now)

    def _faults(self) -> tuple[str, ...]:
        store = ("store",) if self._store_is_ill else ()
        return store + self._engine.faults() + self._courier.faults() + self._outbox_limit.faults(self._now())

    def _heed_advice(self) -> None:
        try:
            with self._lock:
                if not self._has_ended:
                    self._engine.heed_advice(self._now())
        except StoreError as error:
            self._store_failed(error)
        self._kick()

    def _kick(self) -> None:
        """Something may be there to go out."""
        self._pump.kick()
        self._courier.kick()

    def _now(self) -> Now:
        return self._clock.now(read_clocks())

    def _store_failed(self, error: StoreError) -> None:
        if isinstance(error, LostLeaseError):
            log.error("another engine has taken the lead")
            self.stop()
        if not self._store_is_ill:
            log.error("the database is not well; steps and commands wait: %s", error)
        self._store_is_ill = True

    def _connected(self, is_up: bool) -> None:
        with self._lock:
            if not is_up:
                self._wards.connection_lost()
                self._seats.connection_lost()
                self._leave_if_succeeded()
                return
            self._seats.connected(_monotonic_ms())
            for sign in (self._life_sign, *self._ward_signs.values()):
                sign.connected()
            try:
                self._engine.publish_open_contacts(self._now())
            except StoreError as error:
                self._store_failed(error)
        self._kick()

    def _leave_if_succeeded(self) -> None:
        """The broker has ended our connection. Does it belong to the next leader? Then we must not take it from him.

        With a lease that has run out nobody can say; so then it is left, and the database asked.
        """
        if self._tenure.has_lapsed(_monotonic_ms()) and not self.client.was_own_drop:
            log.error("off the bus, with a lease that has run out")
            self.stop()
            self.client.stop()

    def _message(self, topic: str, payload: bytes, is_retained: bool) -> None:
        address = topics.parse(topic)
        if address is None:
            return
        try:
            answered = self._answer_at_once(address, payload)
            with self._lock:
                answer = answered or self._take(address, topic, payload, is_retained)
        except StoreError as error:
            self._store_failed(error)
            raise NotTakenError(str(error)) from error
        if answer is not None:
            self.client.publish(*answer)
        if address.channel != "health":  # the life signs of 600 consoles let nothing go out
            self._kick()

    def _answer_at_once(self, address: Address, payload: bytes) -> tuple[str, bytes] | None:
        """Before anything waits for us: a shift that signs in, or looks at figures, must hold up neither time nor who accepts."""
        if (address.scope, address.channel) != (CALL_CENTRE_SCOPE, "command"):
            return None
        command = _command_of(address, payload)
        if command.verb == "figures":
            return _answer_to(command), encode(self._tell_figures(command))
        refused = self._engine.turned_away(command, self._now())
        return None if refused is None else (_answer_to(command), encode(refused))

    def _tell_figures(self, command: Command) -> CentreReply:
        """Whoever asks asks again by himself: for this the broker need not keep the message, nor our connection break."""
        try:
            return self._figures.answer(command)
        except StoreError as error:
            self._store_failed(error)
            return CentreReply(command_id=command.command_id, ok=False, reason="the database is not well")

    def _take(
        self, address: Address, topic: str, payload: bytes, is_retained: bool
    ) -> tuple[str, bytes] | tuple[str, bytes, bool] | None:
        """Let the engine have a message; returns what is to be answered."""
        now = self._now()
        if address.channel == "health" and payload and not is_retained:
            self._seats.receive(life_sign(address, payload), _monotonic_ms())
        if address.scope != CALL_CENTRE_SCOPE:
            self._follow(address, topic, payload, now)
            return None
        if address.channel == "command":
            command = _command_of(address, payload)
            answer_to = _answer_to(command)
            if command.verb == "sign_in":
                self._seats.signed_in(command.reply_to, _monotonic_ms())
            return answer_to, encode(self._engine.serve(command, now, is_of_a_seat=True))
        if address.channel == "snapshot_request":
            client = _client(decode(payload, SnapshotRequest).reply_to)
            return topics.snapshot(CALL_CENTRE_SCOPE, client), encode(self._engine.snapshot(now, client))
        if address.channel == "contact" and payload and is_retained and not self._engine.is_open(address.last):
            return topic, b"", True  # left over from a database that is gone
        return None

    def _follow(self, address: Address, topic: str, payload: bytes, now: Now) -> None:
        if address.channel == "event":
            event = decode(payload, WardEvent)
            if event.call.status == "cleared":  # final, even where the mirror has a gap before it
                self._engine.follow(event.call, now)
        for event in self._wards.receive(topic, payload, now.wall_ms):
            self._engine.follow(event.call, now)
        if address.channel == "snapshot":
            self._engine.follow_ward(decode(payload, WardSnapshot).ward.ward, now)


def _command_of(address: Address, payload: bytes) -> Command:
    """A client speaks for itself: the broker has let it publish there."""
    command = decode(payload, Command)
    if command.reply_to != address.last:
        raise PayloadError(f"reply_to: {command.reply_to} is not {address.last}, where it was said")
    return command


def _answer_to(command: Command) -> str:
    return topics.reply(CALL_CENTRE_SCOPE, _client(command.reply_to))


def _client(name: str) -> str:
    """A client's name that may stand in a topic."""
    try:
        return topics.check_name(name)
    except EncodeError as error:
        raise PayloadError(f"reply_to: {error}") from error


def _monotonic_ms() -> int:
    return time.monotonic_ns() // 1_000_000
