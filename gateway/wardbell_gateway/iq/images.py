"""One press, told once, though several channels show it.

A strong signal is seen beside its own channel too: hard keying spreads it, and a receiver that it drives too far makes images
of it at other frequencies, down to 13 dB below. Such an image has its words where the signal has them, whatever code its
distorted marks may spell. So what a channel hears while a much stronger one is on the air waits until that one's words are known.
"""

from collections import deque
from typing import NamedTuple

from wardbell_gateway.iq.channel import Channel, PressEvent
from wardbell_protocol.air.presses import SILENCE_US, Press, PressStarted

STRONGER = 4.0  # times in power
WAIT_US = 250_000  # two words of the slowest usual clock

_N_TOLD = 32


class _Waiting(NamedTuple):
    due_us: int
    channel: Channel
    event: PressEvent


class _Told(NamedTuple):
    channel: Channel
    code: int
    start_us: int


class ImageFilter:
    """Events of all channels in, each press once out."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._told: deque[_Told] = deque(maxlen=_N_TOLD)
        self._ended: dict[int, int] = {}  # code -> when the press of it ended that was told last

    def receive(self, channel: Channel, event: PressEvent, now_us: int) -> None:
        """A channel says so."""
        self._waiting.append(_Waiting(now_us, channel, event))

    def poll(self, channels: list[Channel], now_us: int) -> list[PressEvent]:
        """What can be told now."""
        events: list[PressEvent] = []
        still: list[_Waiting] = []
        for waiting in self._waiting:
            stronger = [c for c in channels if c is not waiting.channel and c.peak > STRONGER * waiting.channel.peak]
            if stronger and now_us - waiting.due_us < WAIT_US:
                still.append(waiting)
            elif self._is_news(waiting, stronger):
                events.append(waiting.event)
        self._waiting = still
        return events

    def _is_news(self, waiting: _Waiting, stronger: list[Channel]) -> bool:
        channel, press = waiting.channel, waiting.event.press
        told = _Told(channel, press.code, press.start_us)
        if not isinstance(waiting.event, PressStarted):
            if told not in self._told:
                return False
            self._ended[press.code] = press.end_us
            return True
        if any(_is_image(channel, press, other) for other in stronger) or self._is_under_way(channel, press):
            return False
        self._told.append(told)
        return True

    def _is_under_way(self, channel: Channel, press: Press) -> bool:
        for told in self._told:
            if told.code == press.code and told.channel is not channel:
                ended_us = self._ended.get(press.code, 0)
                if ended_us < told.start_us or press.start_us - ended_us < SILENCE_US:
                    return True
        return False


def _is_image(channel: Channel, press: Press, other: Channel) -> bool:
    ends = [word.end_us for word in channel.words if word.code == press.code and word.end_us >= press.start_us]
    near_us = press.t_us // 2
    others = [word.end_us for word in other.words]
    n_shared = sum(any(abs(end_us - there_us) <= near_us for there_us in others) for end_us in ends)
    return 2 * n_shared >= len(ends) > 0
