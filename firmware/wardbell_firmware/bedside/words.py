"""How a node without a key speaks: bursts of PT2262 words, one signal after the other.

A signal is sent at once; what is to be said during a burst waits, one place for each signal, so that an emergency
pressed during a normal call's burst follows it. Numbers and their reasons: firmware/README.md.
"""

from wardbell_firmware.bedside.life_sign import BY_ITSELF, LIFE_SIGNS
from wardbell_firmware.bedside.settings import number
from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.waveform import ALPHA_MAX_US, ALPHA_MIN_US, N_BURST, burst
from wardbell_protocol.calls.signals import (
    DATA_BY_SIGNAL,
    HEARTBEAT,
    KEY_FAULT,
    KEY_WELL,
    PRESENCE,
    RESET,
    URGENCY,
)

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

# Each signal may be sent this often at once; after that it keeps below a tenth of the time on air (ERC/REC 70-03,
# 433.05-434.79 MHz: duty < 10 %), so that a chattering contact cannot jam the ward. Nothing is lost, it waits.
N_BURSTS_AT_ONCE = 10
_PAUSE_BURSTS = 11

_LOOK_SENDING_MS = 5


class WordVoice:
    """Signals in, bursts out.

    Args:
        settings: `address` (8 trits), `alpha_us`, `words` a burst.
        signals: what its keys can say.

    Raises:
        ConfigError: a number that cannot be.
        EncodeError: an address that is not 8 trits.
    """

    def __init__(self, settings: "Mapping[str, object]", signals: "list[str]") -> None:
        self._alpha_us = number(settings, "alpha_us", ALPHA_US, ALPHA_MIN_US, ALPHA_MAX_US)
        self._n_words = int(number(settings, "words", N_WORDS, N_BURST, N_WORDS_MOST))
        self._words = {
            signal: CodeWord.from_parts(str(settings.get("address", "")), DATA_BY_SIGNAL[signal])
            for signal in signals + list(LIFE_SIGNS)
        }
        self.number = self._words[HEARTBEAT].code >> 8  # its address: what tells its draws from other nodes'
        self._draw = self.number  # no two nodes pause alike
        self._waiting: list[str] = []
        self._on_air = ""
        self._free_at_ms = 0
        self._budget_ms: dict[str, int] = {}  # signal -> when its allowance is whole again

    @property
    def has_press(self) -> bool:
        """Whether somebody's press is on the air or waits to be."""
        return self.has_press_waiting or bool(self._on_air and self._on_air not in LIFE_SIGNS)

    @property
    def has_press_waiting(self) -> bool:
        """Whether somebody's press waits to be sent."""
        return any(signal not in LIFE_SIGNS for signal in self._waiting)

    def say(self, signal: str) -> None:
        """Send it as soon as may be."""
        if signal == self._on_air and not self._waiting:
            return  # it is being said
        # The last press of a key keeps its place after what was pressed before it: call, reset, call is a call.
        if signal in self._waiting:
            self._waiting.remove(signal)
        taken_back = {KEY_WELL: KEY_FAULT, KEY_FAULT: KEY_WELL}.get(signal)
        self._waiting = [other for other in self._waiting if other != taken_back]
        self._waiting.append(signal)

    def poll(self, is_sending: bool, now_ms: int) -> "list[int]":
        """The durations to send now, or none."""
        if is_sending:
            return []
        self._on_air = ""
        for at, signal in enumerate(self._waiting):
            if self._allowed_at_ms(signal) <= now_ms:
                # Said after the call, a reset or presence from before it would end it.
                ended_by = (RESET, PRESENCE) if signal in URGENCY else ()
                before = [earlier for earlier in self._waiting[:at] if earlier not in ended_by]
                self._waiting = before + self._waiting[at + 1 :]
                return self._burst(signal, now_ms)
        return []

    def next_deadline_ms(self, now_ms: int) -> "int | None":
        """When `poll` next has something to do."""
        if self._on_air:
            return max(self._free_at_ms, now_ms + _LOOK_SENDING_MS)
        if self._waiting:
            return min([self._allowed_at_ms(signal) for signal in self._waiting])
        return None

    def _burst(self, signal: str, now_ms: int) -> "list[int]":
        n_words = N_BURST if signal in BY_ITSELF else self._n_words
        durations = burst(self._words[signal], self._alpha_us, n_words)
        length_ms = sum(durations) // 1000 + 1
        self._budget_ms[signal] = max(self._budget_ms.get(signal, 0), now_ms) + _PAUSE_BURSTS * length_ms
        self._spread(durations, n_words)
        self._on_air = signal
        self._free_at_ms = now_ms + sum(durations) // 1000 + 1
        return durations

    def _spread(self, durations: "list[int]", n_words: int) -> None:
        """Lengthen the spaces after the fourth word and each pair after it."""
        n_durations = len(durations) // n_words
        pair_us = _PAIR * sum(durations[:n_durations])
        step_us = pair_us * _STEP_QUARTERS // 4
        n_choices = max(0, _PAUSE_WITH_TWO_WORDS_US - pair_us) // step_us + 1
        for at in range(N_BURST, n_words, _PAIR):
            self._draw = (self._draw * 13849 + 13) & 0xFFFF  # full period; within a small integer on the chip
            durations[at * n_durations - 1] += (self._draw * n_choices >> 16) * step_us

    def _allowed_at_ms(self, signal: str) -> int:
        # Whole before it meets a time: the chip's float has 24 bits, which ms of uptime outgrow in five hours.
        length_ms = int(512 * self._n_words * self._alpha_us / 1000)
        return self._budget_ms.get(signal, 0) - (N_BURSTS_AT_ONCE - 1) * _PAUSE_BURSTS * length_ms
