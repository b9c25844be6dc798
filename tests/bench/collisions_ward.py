"""Presses that collide in the virtual ward: real firmware at both ends, edges on the ether, lamps as a resident sees them."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from wardbell_firmware.bedside.lamp import RECEIVED, RHYTHM
from wardbell_simulator.ether import Link
from wardbell_simulator.plan import NodePlan, ReceiverPlan, WardPlan
from wardbell_simulator.sites import BedSite
from wardbell_simulator.ward import Ward

WITHIN_MS = 200  # all press within that
OVER_MS = 6_000  # then every copy has been sent
RECEIVED_LIT_US = RHYTHM[RECEIVED][0][1] * 1_000


def colliding_plan(n: int, seed: int, is_two_way: bool, loss: float) -> WardPlan:
    """`n` nodes with keys of their own, at one level, each with its own idea of a µs."""
    chance = random.Random(f"{seed}/plan")
    node_ids = chance.sample(range(1 << 16), n)
    nodes = tuple(
        NodePlan(
            str(node_id),
            str(node_id),
            "",
            keys=("call",),
            node_id=node_id,
            key=chance.randbytes(16).hex(),
            two_way=is_two_way,
            word_loss=loss,
            clock_error=chance.uniform(-0.02, 0.02),
        )
        for node_id in node_ids
    )
    return WardPlan(nodes=nodes, receiver=ReceiverPlan(transmitter=is_two_way))


@dataclass
class Round:
    """One time that all pressed.

    `rang_s`: for each call on the display, seconds from the first of all presses until it was counted there, so no press
    took longer; `confirmed_s`: for each bed, from its press until its lamp said *received*.
    """

    n: int
    rang_s: list[float] = field(default_factory=list)
    confirmed_s: list[float] = field(default_factory=list)

    @property
    def n_rang(self) -> int:
        """How many presses became calls."""
        return len(self.rang_s)

    @property
    def are_all_confirmed(self) -> bool:
        """Whether each lamp said so within 5 s."""
        return len(self.confirmed_s) == self.n and max(self.confirmed_s) <= 5.0


def play_round(n: int, seed: int, is_two_way: bool = False, loss: float = 0.0, are_hidden: bool = False) -> Round:
    """Let `n` press within 0.2 s; `are_hidden`: no node hears another, only the receiver hears and is heard by all."""
    chance = random.Random(f"{seed}/press")
    with Ward(colliding_plan(n, seed, is_two_way, loss), seed=seed, is_cpython=True, has_host=False) as ward:
        if are_hidden:
            for sender in ward.beds:
                for ear in ward.beds:
                    ward.ether.link(sender, ear, Link(level_db=-1))
        pressed_us = {}
        for bed in ward.beds:
            pressed_us[bed] = 1_000_000 + chance.randrange(WITHIN_MS * 1_000)
            ward.timeline.at(pressed_us[bed], _presser(ward, bed))
        ward.run_for_ms(1_000 + WITHIN_MS + OVER_MS)
        found = Round(n)
        for record in ward.log.of("lcd"):
            n_new = _n_calls(record.value[0]) - found.n_rang
            found.rang_s += n_new * [(record.at_us - min(pressed_us.values())) / 1e6]
        for bed, site in ward.beds.items():
            received_us = received_at_us(site)
            if received_us is not None:
                found.confirmed_s.append((received_us - pressed_us[bed]) / 1e6)
        return found


def received_at_us(site: BedSite) -> int | None:
    """When the lamp began to flash as it does for *received*: lit half a second, dark half a second."""
    changes = site.lamp.changes
    for (dark_us, is_lit), (lit_us, _), (dark_again_us, _) in zip(changes, changes[1:], changes[2:], strict=False):
        if not is_lit and lit_us - dark_us == dark_again_us - lit_us == RECEIVED_LIT_US:
            return dark_us - RECEIVED_LIT_US
    return None


def _presser(ward: Ward, bed: str) -> Callable[[], None]:
    return lambda: ward.press(bed)


def _n_calls(first_line: str) -> int:
    """How many calls the display counts."""
    return int(first_line.rpartition("/")[2]) if "/" in first_line else 0
