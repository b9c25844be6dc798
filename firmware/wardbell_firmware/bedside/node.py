"""The bed node's rules: which press is sent when, and what lamp and sounder show meanwhile.

The node hears nothing back, so its lamp says *sending* and never *received*. A press is sent at once; presses
during a burst wait, one place for each signal, so that an emergency pressed during a normal call's burst
follows it. Numbers and their reasons: firmware/README.md.
"""

from wardbell_firmware.drivers.key import PRESSED, DebouncedKey
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.waveform import ALPHA_MAX_US, ALPHA_MIN_US, N_BURST, burst
from wardbell_protocol.calls.signals import DATA_BY_SIGNAL, PRIORITY
from wardbell_protocol.errors import ConfigError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# Two words must arrive. With a fifth of all words lost 4 words fail in 2.7 % of presses, 8 (spread as below) in 0.03 %; at
# T = 350 us they take 358 ms.
N_WORDS = 8
N_WORDS_MOST = 32  # 4.1 s at T = 1000 us; an automatic sender must end within 5 s (FCC 15.231)
ALPHA_US = 87.5

# Two nodes pressed at once would destroy each other word by word (tests/system/test_ward_same_instant.py). After the
# first four, words come in pairs, after pauses that each node draws for itself in steps of a pair and as much more as
# keeps two clocks apart. A receiver still takes it for one press, even with a word lost: 400 ms of silence end one, 65
# of which a last space takes, and a clock is 5 % off.
_PAIR = 2
_STEP_QUARTERS = 5  # of a pair
_PAUSE_WITH_TWO_WORDS_US = 320000

LAMP_MIN_MS = 1000  # a burst at T = 100 us is over in a tenth of a second: too short to be seen
CHIRP_MS = 120
CALL_CHIRP_HZ = 2000
OTHER_CHIRP_HZ = 1000

# Each signal may be sent this often at once; after that it keeps below a tenth of the time on air (ERC/REC 70-03,
# 433.05-434.79 MHz: duty < 10 %), so that a chattering contact cannot jam the ward. Nothing is lost, it waits.
N_BURSTS_AT_ONCE = 10
_PAUSE_BURSTS = 11

_LOOK_SENDING_MS = 5


class BedsideNode:
    """Key states in; bursts, lamp and tone out.

    Args:
        settings: `address` (8 trits), `signals` (name of key -> signal), `alpha_us`, `words` a burst.

    Raises:
        ConfigError: a signal or number that cannot be.
        EncodeError: an address that is not 8 trits.
    """

    def __init__(self, settings: "Mapping[str, object]") -> None:
        self._alpha_us = _number(settings, "alpha_us", ALPHA_US, ALPHA_MIN_US, ALPHA_MAX_US)
        self._n_words = int(_number(settings, "words", N_WORDS, N_BURST, N_WORDS_MOST))
        self._signals = _signals(settings)
        self._words = {
            signal: CodeWord.from_parts(str(settings.get("address", "")), DATA_BY_SIGNAL[signal])
            for signal in self._signals.values()
        }
        self._draw = next(iter(self._words.values())).code >> 8  # begins with the address: no two nodes pause alike
        # Of two keys pressed at once the more urgent goes first.
        self._names = sorted(self._signals, key=lambda name: (-PRIORITY.get(self._signals[name], 0), name))
        self._keys = {name: DebouncedKey() for name in self._names}
        self._waiting: list[str] = []
        self._on_air = ""
        self._free_at_ms = 0
        self._budget_ms: dict[str, int] = {}  # signal -> when its allowance is whole again
        self._lamp_until_ms = 0
        self._chirp_until_ms = 0
        self.is_lamp_on = False
        self.tone_hz = 0

    @property
    def key_names(self) -> "list[str]":
        """Keys that mean something here, most urgent first."""
        return self._names

    def receive(self, closed: "dict[str, bool]", now_ms: int) -> None:
        """Take the contacts of all keys as they are now."""
        for name in self._names:
            if self._keys[name].receive(closed[name], now_ms) == PRESSED:
                self._say(self._signals[name], now_ms)

    def poll(self, is_sending: bool, now_ms: int) -> "list[int]":
        """Do what is due; returns the durations to send now, or none. `is_sending`: what the transmitter says."""
        durations: list[int] = []
        if not is_sending:
            self._on_air = ""
            durations = self._next_burst(now_ms)
        self.is_lamp_on = bool(self._on_air or self._waiting) or now_ms < self._lamp_until_ms
        if now_ms >= self._chirp_until_ms:
            self.tone_hz = 0
        return durations

    def next_deadline_ms(self, now_ms: int) -> "int | None":
        """When to come back if no key changes before."""
        times = [key.next_deadline_ms() for key in self._keys.values()]
        known = [at_ms for at_ms in times if at_ms is not None]
        if self._on_air:
            known.append(max(self._free_at_ms, now_ms + _LOOK_SENDING_MS))
        elif self._waiting:
            known.append(min(self._allowed_at_ms(signal) for signal in self._waiting))
        if self.is_lamp_on and now_ms < self._lamp_until_ms:
            known.append(self._lamp_until_ms)
        if self.tone_hz:
            known.append(self._chirp_until_ms)
        return min(known) if known else None

    def _say(self, signal: str, now_ms: int) -> None:
        self._lamp_until_ms = now_ms + LAMP_MIN_MS
        self._chirp_until_ms = now_ms + CHIRP_MS
        self.tone_hz = CALL_CHIRP_HZ if signal in PRIORITY else OTHER_CHIRP_HZ
        if signal == self._on_air and not self._waiting:
            return  # it is being said
        # The last press of a key keeps its place after what was pressed before it: call, reset, call is a call.
        if signal in self._waiting:
            self._waiting.remove(signal)
        self._waiting.append(signal)

    def _next_burst(self, now_ms: int) -> "list[int]":
        for signal in self._waiting:
            if self._allowed_at_ms(signal) <= now_ms:
                self._waiting.remove(signal)
                return self._burst(signal, now_ms)
        return []

    def _burst(self, signal: str, now_ms: int) -> "list[int]":
        durations = burst(self._words[signal], self._alpha_us, self._n_words)
        length_ms = sum(durations) // 1000 + 1
        self._budget_ms[signal] = max(self._budget_ms.get(signal, 0), now_ms) + _PAUSE_BURSTS * length_ms
        self._spread(durations)
        self._on_air = signal
        self._free_at_ms = now_ms + sum(durations) // 1000 + 1
        return durations

    def _spread(self, durations: "list[int]") -> None:
        """Lengthen the spaces after the fourth word and each pair after it."""
        n_durations = len(durations) // self._n_words
        pair_us = _PAIR * sum(durations[:n_durations])
        step_us = pair_us * _STEP_QUARTERS // 4
        n_choices = max(0, _PAUSE_WITH_TWO_WORDS_US - pair_us) // step_us + 1
        for n_words in range(N_BURST, self._n_words, _PAIR):
            self._draw = (self._draw * 13849 + 13) & 0xFFFF  # full period; within a small integer on the chip
            durations[n_words * n_durations - 1] += (self._draw * n_choices >> 16) * step_us

    def _allowed_at_ms(self, signal: str) -> int:
        # Whole before it meets a time: the chip's float has 24 bits, which ms of uptime outgrow in five hours.
        length_ms = int(512 * self._n_words * self._alpha_us / 1000)
        return self._budget_ms.get(signal, 0) - (N_BURSTS_AT_ONCE - 1) * _PAUSE_BURSTS * length_ms


def _number(settings: "Mapping[str, object]", name: str, default: float, least: float, most: float) -> float:
    value = settings.get(name, default)
    # Refused now: a node that fails only when somebody presses is found out too late.
    if not isinstance(value, (int, float)) or not least <= value <= most:
        raise ConfigError("settings", name, f"give a number from {least} to {most}")
    return value


def _signals(settings: "Mapping[str, object]") -> "dict[str, str]":
    signals = settings.get("signals")
    if not isinstance(signals, dict) or not signals:
        raise ConfigError("settings", "signals", 'give signals by key, like {"call": "normal"}')
    for name in signals:
        if signals[name] not in DATA_BY_SIGNAL:
            raise ConfigError("settings", "signals." + str(name), "use one of " + ", ".join(sorted(DATA_BY_SIGNAL)))
    return {str(name): str(signals[name]) for name in signals}
