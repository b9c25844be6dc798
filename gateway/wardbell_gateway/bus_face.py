"""The gateway on the bus: commands, hearings and snapshot requests in; events, retained state, replies and life signs out."""

import logging
from collections.abc import Callable
from pathlib import Path

from wardbell_bus.client import BusClient, NotTakenError
from wardbell_bus.life_sign import LifeSign
from wardbell_bus.mirror import life_sign
from wardbell_bus.outbox import OutboxPump
from wardbell_gateway import announcements
from wardbell_gateway.ears import FrameId
from wardbell_gateway.journal import NO_WORD, JournalError, Mark, Publication
from wardbell_gateway.journal_outbox import JournalOutbox
from wardbell_gateway.supervision import FOLLOWERS, Supervision
from wardbell_gateway.ward import Now, Ward
from wardbell_protocol.air.frame import BATTERY_UNKNOWN
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import (
    Command,
    Health,
    Hearing,
    PayloadError,
    SnapshotRequest,
    decode,
    encode,
)
from wardbell_protocol.calls.board import CallEvent
from wardbell_protocol.errors import EncodeError

log = logging.getLogger("wardbell.gateway.bus")

KICK_EVERY_MS = 1000


class BusFace:
    """See the module's text. paho's thread and the gateway's meet at the ward's lock.

    Args:
        journal: the journal's file, for the outbox.
        radios: labels of the serial receivers.
    """

    def __init__(
        self,
        ward: Ward,
        supervision: Supervision,
        url: str,
        journal: Path,
        radios: list[str],
        read_clock: Callable[[], Now],
    ) -> None:
        self._ward = ward
        self._supervision = supervision
        self._seen = ward.journal.seen()
        self._read_clock = read_clock
        self._sign = LifeSign(ward.name, "gateway", ward.name)
        self._radios = {label: LifeSign(ward.name, "radio", label) for label in radios}
        self._kick_at_ms = 0
        self._channels: dict[str, Callable[[bytes, Now], None]] = {
            "command": self._command,
            "snapshot_request": self._snapshot_request,
            "hearing": self._hearing,
        }
        name = ward.name
        self._client = BusClient(
            url,
            topics.check_name(f"gateway-{name}"[:40]),
            [topics.command(name), topics.hearing(name)],
            self._message,
            self._connected,
            self._sign.will(read_clock().unix_ms),
            keep_session=True,
            passing=[topics.snapshot_request(name), topics.health(name, topics.ANY), topics.call(name, topics.ANY)],
        )
        self._outbox = JournalOutbox(journal)
        self._pump = OutboxPump(self._client, self._outbox)
        ward.on_change.append(self._changed)
        ward.on_registry.append(self._registry_changed)
        ward.on_reception.append(self._received)

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._pump.start()
        self._client.start()

    def stop(self) -> None:
        """Leave in order."""
        now_ms = self._read_clock().unix_ms
        for sign in self._radios.values():
            will = sign.will(now_ms)
            self._client.publish(will.topic, will.offline, retain=True)
        self._client.stop()
        self._pump.stop()
        self._outbox.close()

    def poll(self, now: Now, unwell: tuple[str, ...], radio_faults: dict[str, tuple[str, ...]]) -> None:
        """Give life signs, and push what waits in the outbox."""
        self._supervision.broker_is_contested = self._client.is_contested
        self._sign.beat(self._client, now.unix_ms, unwell, self._ward.journal.epoch, self._ward.journal.last_seq())
        for label, sign in self._radios.items():
            sign.beat(self._client, now.unix_ms, radio_faults[label])
        if now.up_ms >= self._kick_at_ms:
            self._kick_at_ms = now.up_ms + KICK_EVERY_MS
            self._pump.kick()

    def _connected(self, is_up: bool) -> None:
        now = self._read_clock()
        with self._ward.lock:
            self._supervision.broker(is_up, now.up_ms)
            if not is_up:
                return
            for sign in (self._sign, *self._radios.values()):
                sign.connected()
            # The broker may have lost all it had.
            self._publish(announcements.of_registry(self._ward.registry))
            for call in self._ward.open_calls():
                self._publish(announcements.of_call(self._ward.name, call))
        self._pump.kick()

    def _message(self, topic: str, payload: bytes, retained: bool) -> None:
        address = topics.parse(topic)
        if address is None:
            return
        try:
            if address.channel == "call":
                self._retained_call(address.last, payload, retained)
            elif payload and address.channel == "health":
                self._health(life_sign(address, payload), self._read_clock())
            elif payload:
                self._channels[address.channel](payload, self._read_clock())
            elif address.channel == "health":
                self._health_gone(address.last)
        except JournalError as error:
            raise NotTakenError(str(error)) from error

    def _command(self, payload: bytes, now: Now) -> None:
        command = decode(payload, Command)
        _check_reply_to(command.reply_to)
        if command.verb == "history":
            self._publish(self._ward.history(command))
        else:
            self._ward.command(command, now)

    def _snapshot_request(self, payload: bytes, now: Now) -> None:
        request = decode(payload, SnapshotRequest)
        _check_reply_to(request.reply_to)
        with self._ward.lock:
            snapshot = self._ward.snapshot(now)
            self._publish(Publication(topics.snapshot(self._ward.name, request.reply_to), encode(snapshot)))

    def _hearing(self, payload: bytes, now: Now) -> None:
        hearing = decode(payload, Hearing)
        at_ms = min(hearing.at_ms, now.unix_ms)
        mark = Mark(hearing.ear, hearing.epoch, hearing.seq, int(hearing.code, 16) if hearing.code else NO_WORD, at_ms)
        if hearing.frame is not None:
            self._ward.hear_frame(mark, FrameId(*hearing.frame), now, hearing.battery or BATTERY_UNKNOWN)
        else:
            self._ward.hear(mark, now)

    def _health(self, health: Health, now: Now) -> None:
        if health.part == "radio":
            with self._ward.lock:
                self._supervision.ears.sign(health.name, health.state, health.faults, now.up_ms)
        if health.part in FOLLOWERS and health.epoch:
            with self._ward.lock:
                for tell in self._ward.on_follower:
                    tell(health.part, health.epoch, health.seq, now)
        if health.part not in FOLLOWERS:
            return
        with self._ward.lock:
            self._supervision.follower(health.part, health.name, health.state != "offline", now.up_ms)
            if health.part not in self._seen:
                self._ward.journal.note_seen(health.part)
                self._seen.add(health.part)

    def _health_gone(self, part: str) -> None:
        kind, _, name = part.partition("-")
        with self._ward.lock:
            if kind == "radio":
                self._supervision.ears.forget(name)
            elif kind in FOLLOWERS and self._supervision.forget_follower(kind, name) and kind in self._seen:
                self._ward.journal.forget_seen(kind)
                self._seen.discard(kind)

    def _retained_call(self, call_id: str, payload: bytes, retained: bool) -> None:
        with self._ward.lock:
            if retained and payload and self._ward.find(call_id) is None:
                log.info("call %s is not open: taking its retained state away", call_id)
                self._publish(Publication(topics.call(self._ward.name, call_id), b"", retain=True))

    def _changed(self, _events: list[CallEvent], _now: Now) -> None:
        self._pump.kick()

    def _registry_changed(self, _now: Now) -> None:
        if self._client.is_connected:
            self._publish(announcements.of_registry(self._ward.registry))

    def _received(self, publication: Publication) -> None:
        if self._client.is_connected:
            self._publish(publication)

    def _publish(self, publication: Publication) -> None:
        self._client.publish(publication.topic, publication.payload, publication.retain)


def _check_reply_to(client: str) -> None:
    try:
        topics.check_name(client)
    except EncodeError as error:
        raise PayloadError(f"reply_to: {error}") from error
