"""A further ear of a ward: presses heard in IQ go to the ward's gateway on the bus, which knows what others have heard."""

import secrets

from wardbell_bus.client import BusClient
from wardbell_bus.life_sign import LifeSign
from wardbell_gateway.iq.receiver import IqEvent
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.frame_press import FrameStarted
from wardbell_protocol.air.presses import PressStarted
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import Hearing, encode


class Ear:
    """Publishes hearings and life signs. What is heard while the broker is away goes out when it is back.

    Args:
        ward: whose gateway is to hear of it.
        name: tells two ears apart; unique on the broker.
    """

    def __init__(self, ward: str, name: str, broker: str, now_ms: int) -> None:
        self._ward = ward
        self._name = topics.check_name(name)
        self._epoch = secrets.token_hex(4)
        self._seq = 0
        self._sign = LifeSign(ward, "radio", name)
        self._client = BusClient(
            broker,
            topics.check_name(f"radio-{name}"),
            [],
            lambda _topic, _payload, _retained: None,
            self._connected,
            self._sign.will(now_ms),
        )

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._client.start()

    def stop(self) -> None:
        """Leave in order."""
        self._client.stop()

    def hear(self, event: IqEvent, at_ms: int) -> None:
        """Tell of a press that began at `at_ms`, UNIX ms; of its end nobody need know."""
        if isinstance(event, PressStarted):
            press = event.press
            self._tell(code=CodeWord(press.code).hex, words=press.words, t_us=press.t_us, at_ms=at_ms)
        elif isinstance(event, FrameStarted):
            frame = event.press
            self._tell(
                code="",
                words=frame.copies,
                t_us=0,
                at_ms=at_ms,
                node_id=frame.node_id,
                counter=frame.counter,
                event=frame.event,
                battery=frame.battery,
            )

    def poll(self, now_ms: int, faults: tuple[str, ...]) -> None:
        """Give life signs; call it a few times a second."""
        self._sign.beat(self._client, now_ms, faults)

    def _tell(
        self,
        code: str,
        words: int,
        t_us: int,
        at_ms: int,
        node_id: int | None = None,
        counter: int | None = None,
        event: int | None = None,
        battery: int | None = None,
    ) -> None:
        self._seq += 1
        hearing = Hearing(
            ear=self._name,
            epoch=self._epoch,
            seq=self._seq,
            code=code,
            words=words,
            t_us=t_us,
            at_ms=at_ms,
            node_id=node_id,
            counter=counter,
            event=event,
            battery=battery,
        )
        self._client.publish(topics.hearing(self._ward), encode(hearing))

    def _connected(self, is_up: bool) -> None:
        if is_up:
            self._sign.connected()
