"""The bed node's rules: which press is said when, and what lamp and sounder show meanwhile.

With a key it says authenticated frames, without one PT2262 words. A one-way node hears nothing back, so its lamp says
*sending* and never *received*. Numbers and their reasons: firmware/README.md.
"""

from wardbell_firmware.bedside.answers import Answers
from wardbell_firmware.bedside.counter import FrameCounter
from wardbell_firmware.bedside.frames import FrameVoice
from wardbell_firmware.bedside.lamp import DARK, NOT_RECEIVED, SENDING, AssuranceLamp
from wardbell_firmware.bedside.life_sign import LifeSigns, Supply
from wardbell_firmware.bedside.manners import SendingManners
from wardbell_firmware.bedside.settings import identity, signals_by_key
from wardbell_firmware.bedside.words import WordVoice
from wardbell_firmware.drivers.key import PRESSED, DebouncedKey
from wardbell_protocol.calls.signals import PRIORITY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from wardbell_firmware.boards.contract import Store
    from wardbell_protocol.air.portion import Portion

CHIRP_MS = 120
CALL_CHIRP_HZ = 2000
OTHER_CHIRP_HZ = 1000


class BedsideNode:
    """Key states, edges and `supply.level` in; durations to send, lamp and tone out.

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
        self._signals = signals_by_key(settings)
        self.supply = Supply()
        self._answers: Answers | None = None
        self._manners: SendingManners | None = None
        self._voice: FrameVoice | WordVoice
        whole = identity(settings)
        if whole is None:
            self._voice = WordVoice(settings, list(self._signals.values()))
        else:
            node_id, key = whole
            self._voice = FrameVoice(node_id, key, FrameCounter(store), self.supply, len(self._signals), has_ear)
            if has_ear:
                self._answers, self._manners = Answers(node_id, key), SendingManners(node_id)
        self._life = LifeSigns(self.supply, whole is not None, self._voice.number)
        # Of two keys pressed at once the more urgent goes first.
        self._names = sorted(self._signals, key=lambda name: (-PRIORITY.get(self._signals[name], 0), name))
        self._keys = {name: DebouncedKey() for name in self._names}
        self._held_until_ms: int | None = None
        self._chirp_until_ms = 0
        self._lamp = AssuranceLamp()
        self.tone_hz = 0

    @property
    def key_names(self) -> "list[str]":
        """Keys that mean something here, most urgent first."""
        return self._names

    @property
    def is_lamp_on(self) -> bool:
        """Whether the assurance lamp is lit now."""
        return self._lamp.is_on

    @property
    def state(self) -> str:
        """What the lamp says: bedside/lamp.py has the words."""
        return self._lamp.state

    def receive(self, closed: "dict[str, bool]", now_ms: int) -> None:
        """Take the contacts of all keys as they are now."""
        for name in self._names:
            if self._keys[name].receive(closed[name], now_ms) == PRESSED:
                self._pressed(self._signals[name], now_ms)

    def hear(self, portion: "Portion") -> None:
        """Take the next durations from the receive module."""
        if self._manners is not None:
            self._manners.receive(portion)
        if self._answers is not None and self._answers.is_open and isinstance(self._voice, FrameVoice):
            for counter in self._answers.receive(portion):
                self._voice.stop(counter)

    def poll(self, is_sending: bool, now_ms: int) -> "list[int]":
        """Do what is due; returns the durations to send now, or none. `is_sending`: what the transmitter says."""
        signal = self._life.poll(now_ms)
        if signal:
            self._voice.say(signal)
        if self._answers is not None:
            signal = self._answers.poll(now_ms)
            if signal:
                self._voice.say(signal)
        durations = [] if self._is_held(now_ms) else self._voice.poll(is_sending, now_ms)
        self._take_begun(now_ms)
        self._lamp.show(self._state(), now_ms)
        if now_ms >= self._chirp_until_ms:
            self.tone_hz = 0
        return durations

    def next_deadline_ms(self, now_ms: int) -> "int | None":
        """When to come back if nothing comes in before."""
        times = [key.next_deadline_ms() for key in self._keys.values()]
        voice_ms = self._voice.next_deadline_ms(now_ms)
        if voice_ms is not None and self._held_until_ms is not None:
            voice_ms = max(voice_ms, self._held_until_ms)
        times += [voice_ms, self._life.next_deadline_ms(), self._lamp.next_deadline_ms(now_ms)]
        if self._answers is not None:
            times.append(self._answers.next_deadline_ms())
        if self.tone_hz:
            times.append(self._chirp_until_ms)
        known = [at_ms for at_ms in times if at_ms is not None]
        return min(known) if known else None

    def _pressed(self, signal: str, now_ms: int) -> None:
        self._lamp.pressed(now_ms)
        self._chirp_until_ms = now_ms + CHIRP_MS
        self.tone_hz = CALL_CHIRP_HZ if signal in PRIORITY else OTHER_CHIRP_HZ
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

    def _state(self) -> str:
        if self._answers is None or not self._answers.is_open:
            return SENDING if self._voice.has_press else DARK
        state = self._answers.state
        return SENDING if self._voice.has_press_waiting and state != NOT_RECEIVED else state
