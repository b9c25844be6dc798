"""The 433 MHz medium: who sends, how strongly it comes in where, what is lost on the way. `carriers` turns it into edges.

Every draw hangs on the seed and on the name of what it is for, never on the order in which the ward asks, so the same seed gives
the same edges however time is cut up.
"""

import random
from collections.abc import Callable

from wardbell_simulator.carriers import CarrierMixer, NoiseSpec
from wardbell_simulator.clock import Timeline, Timer

BATCH_US = 20_000  # what has been on the air is handed over on this grid: a fifth of the shortest word's burst

OWN_DB = (
    200.0  # a transmitter beside a receive module drowns all else: a board is deaf while it sends, and hears itself
)

_LONGEST_US = (1 << 30) - 1  # a small integer on a 32-bit board; a longer space says nothing more
_WORD_GAP = 10  # a space longer than this many of the shortest marks ends a word


class Link:
    """How one transmitter comes in at one receiver. Losses are probabilities, 0..1."""

    def __init__(self, level_db: float = 30.0, word_loss: float = 0.0, burst_loss: float = 0.0) -> None:
        self.level_db = level_db  # above the receiver's threshold
        self.word_loss = word_loss
        self.burst_loss = burst_loss


class Ear:
    """One receiver's radio: signed durations as they complete."""

    def __init__(self, name: str, timeline: Timeline, mixer: CarrierMixer, on_pulses: Callable[[], None]) -> None:
        self.name = name
        self._timeline = timeline
        self.mixer = mixer
        self._on_pulses = on_pulses
        self._timer: Timer | None = None
        self._last_edge_us = 0
        self._has_power = False

    def take(self) -> tuple[list[int], int]:
        """Durations completed since the last take, + carrier on, - off, and when the last one ended (virtual µs)."""
        edges = self.mixer.edges_until(self._timeline.now_us)
        pulses = []
        for edge_us, was_on in edges:
            length_us = min(_LONGEST_US, edge_us - self._last_edge_us)
            if length_us > 0:  # 0: the carrier came on in the µs in which the radio did
                pulses.append(length_us if was_on else -length_us)
            self._last_edge_us = edge_us
        self.plan_wake()
        return pulses, self._last_edge_us

    def switch(self, has_power: bool) -> None:
        """Give or take its power; what was on the air without power was not heard."""
        self._has_power = has_power
        self.mixer.edges_until(self._timeline.now_us)
        self._last_edge_us = self._timeline.now_us
        self.plan_wake()

    def plan_wake(self) -> None:
        """Have the receiver told of the next edge, on the grid."""
        next_us = self.mixer.next_us()
        if self._timer is not None:
            self._timer.cancel()
        if next_us is not None:
            self._timer = self._timeline.at((next_us // BATCH_US + 1) * BATCH_US, self._tell)

    def _tell(self) -> None:
        self._timer = None
        if self._has_power:
            self._on_pulses()  # who takes them plans the next
        else:
            self.switch(False)


class Ether:
    """Carries what is sent to every ear."""

    def __init__(self, timeline: Timeline, seed: int = 0) -> None:
        self._timeline = timeline
        self._seed = seed
        self._ears: list[Ear] = []
        self._links: dict[tuple[str, str], Link] = {}
        self._n_sent: dict[str, int] = {}

    def listen(self, name: str, on_pulses: Callable[[], None], noise: NoiseSpec | None = None) -> Ear:
        """Add an ear. `on_pulses` is called when durations are there to be taken."""
        mixer = CarrierMixer(noise, random.Random(f"{self._seed}/noise/{name}"))
        ear = Ear(name, self._timeline, mixer, on_pulses)
        self._ears.append(ear)
        return ear

    def link(self, sender: str, ear: str, link: Link) -> None:
        """Say how a transmitter comes in at an ear; unsaid, it is `Link()`. An ear hears the sender of its name loudest."""
        self._links[sender, ear] = link

    def send(self, sender: str, durations_us: list[int], clock_error: float = 0.0) -> None:
        """Put marks and spaces on the air from now on, mark first; `clock_error` 0.02 = 2 % slow."""
        edges_us = _edges(self._timeline.now_us, durations_us, 1.0 + clock_error)
        n_sent = self._n_sent[sender] = self._n_sent.get(sender, 0) + 1
        for ear in self._ears:
            link = Link(OWN_DB) if ear.name == sender else self._links.get((sender, ear.name), Link())
            chance = random.Random(f"{self._seed}/{sender}/{ear.name}/{n_sent}")
            marks = _survivors(edges_us, link, chance)
            if marks and link.level_db > 0:
                ear.mixer.add(edges_us[0], edges_us[-1], marks, link.level_db)
                ear.plan_wake()


def _edges(start_us: int, durations_us: list[int], stretch: float) -> list[int]:
    edges_us = [start_us]
    total_us = 0
    for duration_us in durations_us:
        total_us += duration_us
        edges_us.append(start_us + int(total_us * stretch + 0.5))
    return edges_us


def _survivors(edges_us: list[int], link: Link, chance: random.Random) -> list[tuple[int, int]]:
    """Marks as (start, end) that reach the ear: fades take whole words, or the burst."""
    if chance.random() < link.burst_loss:
        return []
    marks = [(edges_us[at], edges_us[at + 1]) for at in range(0, len(edges_us) - 1, 2)]
    gap_us = _WORD_GAP * min(end - start for start, end in marks)
    kept: list[tuple[int, int]] = []
    is_lost = chance.random() < link.word_loss
    for at, mark in enumerate(marks):
        if at and mark[0] - marks[at - 1][1] > gap_us:
            is_lost = chance.random() < link.word_loss
        if not is_lost:
            kept.append(mark)
    return kept
