"""The bed node's rules: which press is said when, and what lamp and sounder show meanwhile.

With a key it says authenticated frames, without one PT2262 words. A one-way node hears nothing back, so its lamp says
*sending* and never *received*. Numbers and their reasons: firmware/README.md.
"""

from wardbell_firmware.bedside.answers import Answers
from wardbell_firmware.bedside.counter import FrameCounter
from wardbell_firmware.bedside.frames import FrameVoice
from wardbell_firmware.bedside.keys import NodeKeys
from wardbell_firmware.bedside.lamp import (
    DARK,
    NOT_RECEIVED,
    PRESENT,
    RECEIVED,
    RECEIVED_ASSIST,
    RECEIVED_EMERGENCY,
    SEEN,
    SENDING,
    UNUSABLE,
    AssuranceLamp,
)
from wardbell_firmware.bedside.life_sign import LifeSigns
from wardbell_firmware.bedside.manners import SendingManners
from wardbell_firmware.bedside.presence import StaffPresence
from wardbell_firmware.bedside.settings import identity, signals_by_key
from wardbell_firmware.bedside.supply import Supply
from wardbell_firmware.bedside.unusable import UnusableSign
from wardbell_firmware.bedside.words import WordVoice
from wardbell_protocol.air.ear import Ear
from wardbell_protocol.calls.signals import CODE, EMERGENCY, PRESENCE, STAFF_ASSIST, URGENCY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from wardbell_firmware.boards.contract import Store
    from wardbell_protocol.air.portion import Portion

CHIRP_MS = 120
CALL_CHIRP_HZ = 2000
OTHER_CHIRP_HZ = 1000

# What a call of that signal shows once it is received; any other shows a plain one.
_RECEIVED_AS = {CODE: RECEIVED_EMERGENCY, EMERGENCY: RECEIVED_EMERGENCY, STAFF_ASSIST: RECEIVED_ASSIST}


class BedsideNode:
    """Key states, edges and the voltage (`supply`) in; durations to send, lamp and tone out.

    Args:
        settings: `signals` (name of key -> signal); `node_id` and `key` (32 hex digits), or `address` (8 trits),
            `alpha_us`, `words` a burst.
        store: where a node with a key keeps its counter.
        has_ear: a receive module is fitted. Without a key there is nothing for it to hear.

    Raises:
        ConfigError: a signal or number that cannot be.
        EncodeError: an address that is not 8 trits.
    """

    def __init__(self, settings: "Mapping[str, object]", store: "Store", has_ear: bool = False) -> None:
        by_key = signals_by_key(settings)
        signals = list(by_key.values())
        self._keys = NodeKeys(by_key)
        self._staff = StaffPresence(signals)
        if PRESENCE in signals:
            signals.append(EMERGENCY)
        self.supply = Supply(settings, has_ear)
        self._ear: Ear | None = None
        self._answers: Answers | None = None
        self._manners: SendingManners | None = None
        self._voice: FrameVoice | WordVoice
        whole = identity(settings)
        if whole is None:
            self._voice = WordVoice(settings, signals)
        else:
            node_id, key = whole
            self._voice = FrameVoice(node_id, key, FrameCounter(store), self.supply, len(set(signals)), has_ear)
            if has_ear:
                self._ear = Ear()
                self._answers, self._manners = Answers(node_id, key, self._ear), SendingManners(node_id, self._ear)
        self._life = LifeSigns(self.supply, whole is not None, self._voice.number)
        self._held_until_ms: int | None = None
        self._chirp_until_ms = 0
        self._lamp = AssuranceLamp()
        self._sign: UnusableSign | None = None
        self._chirp_hz = 0

    @property
    def key_names(self) -> "list[str]":
        """Keys that mean something here, most urgent first."""
        return self._keys.names

    @property
    def lamp(self) -> int:
        """The assurance lamp's colour now, as bedside/lamp.py has it."""
        return self._lamp.colour if self._sign is None else self._sign.lamp

    @property
    def tone_hz(self) -> int:
        """What the sounder is to play; 0 = silence."""
        return self._chirp_hz if self._sign is None else self._sign.tone_hz

    @property
    def wants_ear(self) -> bool:
        """Whether there is an answer to wait for, or another's frame to let pass."""
        return self._answers is not None and (self._answers.is_open or self._voice.has_press)

    @property
    def state(self) -> str:
        """What the lamp says: bedside/lamp.py has the words."""
        return self._lamp.state if self._sign is None else UNUSABLE

    def receive(self, closed: "dict[str, bool]", now_ms: int) -> None:
        """Take the contacts of all keys as they are now."""
        for signal in self._keys.receive(closed, now_ms):
            self._pressed(signal, now_ms)

    def hear(self, portion: "Portion") -> None:
        """Take the next durations from the receive module."""
        if self._ear is not None:
            self._ear.receive(portion)
        if self._manners is not None:
            self._manners.receive(portion)
        if self._answers is not None and self._answers.is_open and isinstance(self._voice, FrameVoice):
            for counter in self._answers.receive(portion):
                self._voice.stop(counter)

    def poll(self, is_sending: bool, now_ms: int) -> "list[int]":
        """Do what is due; returns the durations to send now, or none. `is_sending`: what the transmitter says."""
        signal = self._life.poll(self._keys.is_faulty, now_ms)
        while signal:
            self._voice.say(signal)
            signal = self._life.poll(self._keys.is_faulty, now_ms)
        if self._answers is not None:
            signal = self._answers.poll(now_ms)
            if signal:
                self._voice.say(signal)
        self.supply.meter.passed(self.wants_ear, self.lamp != 0, now_ms)
        durations = [] if self._is_held(now_ms) else self._voice.poll(is_sending, now_ms)
        self.supply.meter.sends(sum(durations) // 1000)
        self._take_begun(now_ms)
        self._show(now_ms)
        return durations

    def next_deadline_ms(self, now_ms: int) -> "int | None":
        """When to come back if nothing comes in before."""
        times = [self._keys.next_deadline_ms()]
        voice_ms = self._voice.next_deadline_ms(now_ms)
        if voice_ms is not None and self._held_until_ms is not None:
            voice_ms = max(voice_ms, self._held_until_ms)
        times += [voice_ms, self._life.next_deadline_ms(), self._lamp.next_deadline_ms(now_ms)]
        times.append(self._staff.next_deadline_ms())
        if self._answers is not None:
            times.append(self._answers.next_deadline_ms())
        if self._chirp_hz:
            times.append(self._chirp_until_ms)
        if self._sign is not None:
            times.append(self._sign.next_deadline_ms(now_ms))
        known = [at_ms for at_ms in times if at_ms is not None]
        return min(known) if known else None

    def _pressed(self, signal: str, now_ms: int) -> None:
        signal = self._staff.meaning(signal, now_ms)
        self._lamp.pressed(now_ms)
        self._chirp_until_ms = now_ms + CHIRP_MS
        self._chirp_hz = CALL_CHIRP_HZ if signal in URGENCY else OTHER_CHIRP_HZ
        self._voice.say(signal)
        if self._answers is not None:
            self._answers.pressed(signal)

    def _is_held(self, now_ms: int) -> bool:
        """Whether another speaks while we would."""
        due_ms = self._voice.next_deadline_ms(now_ms)
        if self._manners is None or due_ms is None or due_ms > now_ms:
            return False
        self._held_until_ms = self._manners.held_until_ms(now_ms)
        return self._held_until_ms is not None

    def _take_begun(self, now_ms: int) -> None:
        begun = self._voice.take_begun() if isinstance(self._voice, FrameVoice) else []
        if self._answers is not None:
            for press in begun:
                self._answers.began(press.signal, press.counter, now_ms)
            self._life.ask(self._answers.is_open, now_ms)

    def _show(self, now_ms: int) -> None:
        self._staff.poll(now_ms)
        self._lamp.show(self._state(), now_ms)
        if now_ms >= self._chirp_until_ms:
            self._chirp_hz = 0
        if not isinstance(self._voice, FrameVoice) or not self._voice.is_mute:
            self._sign = None
        elif self._sign is None:
            self._sign = UnusableSign(now_ms)
        if self._sign is not None:
            self._sign.poll(now_ms)

    def _state(self) -> str:
        at_rest = PRESENT if self._staff.is_present else DARK
        if self._answers is None or not self._answers.is_open:
            return SENDING if self._voice.has_press else at_rest
        state = self._answers.state
        if self._voice.has_press_waiting and state != NOT_RECEIVED:
            return SENDING
        if state == RECEIVED:
            return _RECEIVED_AS.get(self._answers.signal, RECEIVED)
        return at_rest if state == SEEN and at_rest else state
