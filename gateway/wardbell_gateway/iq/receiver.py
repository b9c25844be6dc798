"""The whole receiver in software: IQ samples in, presses out."""

from collections import deque

import numpy as np

from wardbell_gateway.iq.channel import HELD_FOR, LATE_US, QUIET_AFTER, Channel, PressEvent
from wardbell_gateway.iq.gate import N_LOOK, Gate
from wardbell_gateway.iq.images import ImageFilter
from wardbell_gateway.iq.spectrum import IQ, Spectrum
from wardbell_protocol.air.frame_press import FrameEnded, FramesRefused, FrameStarted
from wardbell_protocol.air.frame_receiver import FrameReceiver

FrameEvent = FrameStarted | FrameEnded | FramesRefused
IqEvent = PressEvent | FrameEvent

MOST_CHANNELS = 3
SHADES_AT = 100.0  # times the floor: what is so strong,
SHADOWS = 10.0  # and so many times as strong as another channel, is seen in it too

MOST_LOOKS = 6  # searches of the soft combiner in a row,
LOOKS_A_BLOCK = 0.025  # and in the long run 2.4 a second: a jammed band must not take the processor

_MAY_DISPLACE = 4.0  # times the power of one in which nothing has been heard
_FLUSH_S = 1.2  # of nothing: what is under way is decided, and every press over


class IqReceiver:
    """Complex samples around the band's middle, full scale 1; presses within 100 kHz of it.

    Frames are taken only from nodes whose keys are known.

    Args:
        rate_hz: 200 kHz to 3.2 MHz.
        keys: of the enrolled nodes, 16 bytes by node id.

    `rejects`: what was heard in channels by now quiet and was no press, by reason.
    """

    def __init__(self, rate_hz: int, keys: dict[int, bytes] | None = None) -> None:
        self._keys = keys or {}
        self._frames = FrameReceiver(self._keys)
        self._spectrum = Spectrum(rate_hz)
        self._gate = Gate(self._spectrum)
        self._images = ImageFilter()
        self._looks = float(MOST_LOOKS)
        self.rejects: dict[str, int] = {}
        self._channels: list[Channel] = []
        self._recent: deque[IQ] = deque(maxlen=N_LOOK)
        self._number = 0

    @property
    def now_us(self) -> int:
        """How long the stream has lasted."""
        return int(self._number * self._spectrum.hop * 1e6 / self._spectrum.rate_hz)

    def set_keys(self, keys: dict[int, bytes]) -> None:
        """Other nodes are enrolled now."""
        self._keys = keys
        self._frames.set_keys(keys)

    def receive(self, samples: IQ) -> list[IqEvent]:
        """Take the next samples, however many; times in the events are us since the stream began."""
        events: list[IqEvent] = []
        for block in self._spectrum.blocks(samples):
            events += self._block(block)
        return events

    def finish(self) -> list[IqEvent]:
        """The stream is over: say what was still under way."""
        return self.receive(np.zeros(round(_FLUSH_S * self._spectrum.rate_hz), np.complex64))

    def _block(self, block: IQ) -> list[IqEvent]:
        number = self._number
        self._number += 1
        self._looks = min(MOST_LOOKS, self._looks + LOOKS_A_BLOCK)
        self._recent.append(block)
        held = [channel.centre for channel in self._channels if number - channel.heard_at < HELD_FOR]
        self._gate.receive(block, held)
        for channel in self._channels:
            self._feed(channel, number, block)
        for channel in [channel for channel in self._channels if number - channel.active_at >= QUIET_AFTER]:
            self._close(channel)
        self._open(number)
        return [*self._images.poll(self._channels, self.now_us), *self._hear_frames()]

    def _hear_frames(self) -> list[FrameEvent]:
        found = [frame for channel in self._channels for frame in channel.frames]
        for channel in self._channels:
            channel.frames.clear()
        events: list[FrameEvent] = []
        if self._keys:
            for frame, end_us in sorted(found, key=lambda pair: pair[1]):
                events += self._frames.hear(frame, end_us)
            events += self._frames.poll(max(0, self.now_us - LATE_US))
        return events

    def _open(self, number: int) -> None:
        first = number - len(self._recent) + 1
        for centre in self._gate.opening([channel.centre for channel in self._channels], MOST_CHANNELS):
            if not self._make_room(self._gate.excess(centre)):
                return
            channel = Channel(self._spectrum, centre, first, bool(self._keys))
            self._channels.append(channel)
            for back, earlier in enumerate(self._recent, first):
                self._feed(channel, back, earlier)

    def _make_room(self, excess: float) -> bool:
        if len(self._channels) < MOST_CHANNELS:
            return True
        vain = [channel for channel in self._channels if not channel.words]
        weakest = min(vain, key=lambda channel: channel.excess, default=None)
        if weakest is None or weakest.excess * _MAY_DISPLACE > excess:
            return False
        self._close(weakest)
        return True

    def _close(self, channel: Channel) -> None:
        self._channels.remove(channel)
        for event in channel.finish():
            self._images.receive(channel, event, self.now_us)
        for reason, times in channel.rejects():
            self.rejects[reason] = self.rejects.get(reason, 0) + times

    def _feed(self, channel: Channel, number: int, block: IQ) -> None:
        samples = self._spectrum.channel(block, number, channel.centre)
        channel.measure(self._gate.excess(channel.centre))
        shades_at = max(SHADES_AT, SHADOWS * channel.excess)
        is_shadowed = any(other.excess > shades_at for other in self._channels)
        may_search = self._looks >= 1
        for event in channel.receive(number, samples, self._gate.floor(channel.centre), is_shadowed, may_search):
            self._images.receive(channel, event, self.now_us)
        if channel.has_searched:
            self._looks -= 1
