"""Samples as they come, to presses as they are heard: the decoder's stream, its times, and what is wrong with it."""

import logging
import queue
import threading
from collections.abc import Callable, Iterator

from wardbell_gateway.clock import read_clock
from wardbell_gateway.ear_watch import DONGLE_LOST
from wardbell_gateway.iq.ear import Ear
from wardbell_gateway.iq.keys import KeyRing
from wardbell_gateway.iq.receiver import IqEvent, IqReceiver
from wardbell_gateway.iq.recordings import samples_of
from wardbell_gateway.iq.rtl_tcp import RtlTcp
from wardbell_gateway.iq.spectrum import IQ
from wardbell_protocol.air.frame_press import FramesRefused

log = logging.getLogger("wardbell.iq")

OVERRUN_TOLD_MS = 60_000

Told = Callable[[IqEvent, int], None]  # what, and the UNIX ms at which it began


class Listening:
    """One stream of samples. Times of presses are told by when their samples came, so a gap in the stream moves none.

    Args:
        told: called with each event.
        keys: of the enrolled nodes.
    """

    def __init__(self, rate_hz: int, told: Told, keys: dict[int, bytes]) -> None:
        self._rate_hz = rate_hz
        self._told = told
        self._keys = keys
        self._receiver = IqReceiver(rate_hz, keys)

    def set_keys(self, keys: dict[int, bytes]) -> None:
        """Other nodes are enrolled now."""
        self._keys = keys
        self._receiver.set_keys(keys)

    def receive(self, samples: IQ) -> None:
        """Take samples that have just come."""
        self._tell(self._receiver.receive(samples))

    def missing(self) -> None:
        """Some samples are lost: what was under way is over."""
        self._tell(self._receiver.finish())
        self._receiver = IqReceiver(self._rate_hz, self._keys)

    def _tell(self, events: list[IqEvent]) -> None:
        now_ms = read_clock().unix_ms
        for event in events:
            start_us = self._receiver.now_us if isinstance(event, FramesRefused) else event.press.start_us
            self._told(event, now_ms - max(0, self._receiver.now_us - start_us) // 1000)


def listen_to_dongle(
    source: RtlTcp, listening: Listening, ear: Ear | None, ring: KeyRing | None, stopping: threading.Event
) -> None:
    """Serve until `stopping`."""
    source.start()
    n_overruns, overrun_at_ms = 0, -OVERRUN_TOLD_MS
    while not stopping.is_set():
        try:
            data = source.take(0.2)
            if data is None:
                listening.missing()
            else:
                listening.receive(samples_of(data))
        except queue.Empty:
            pass
        now = read_clock()
        if source.n_overruns != n_overruns:
            n_overruns, overrun_at_ms = source.n_overruns, now.up_ms
            log.warning("%s: %d portions were lost, this machine is too slow", source.url, n_overruns)
        _keep_keys(listening, ring, now.up_ms)
        if ear is not None:
            was_overrun = now.up_ms - overrun_at_ms < OVERRUN_TOLD_MS
            ear.poll(now.unix_ms, _faults(not source.is_up, was_overrun, ring))
    source.stop()


def listen_to_samples(samples: Iterator[IQ], listening: Listening, ear: Ear | None, ring: KeyRing | None) -> None:
    """Serve until the samples end."""
    for portion in samples:
        listening.receive(portion)
        now = read_clock()
        _keep_keys(listening, ring, now.up_ms)
        if ear is not None:
            ear.poll(now.unix_ms, _faults(False, False, ring))
    listening.missing()


def _keep_keys(listening: Listening, ring: KeyRing | None, now_ms: int) -> None:
    if ring is not None and ring.poll(now_ms):
        listening.set_keys(ring.keys)


def _faults(is_lost: bool, was_overrun: bool, ring: KeyRing | None) -> tuple[str, ...]:
    found = [
        (DONGLE_LOST, is_lost),
        ("samples lost", was_overrun),
        ("registry", ring is not None and not ring.is_well),
    ]
    return tuple(name for name, is_bad in found if is_bad)
