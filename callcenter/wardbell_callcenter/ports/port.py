"""What every way out of the call centre looks like, whatever it speaks: seats, mail, webhooks, wards; later SMS and pagers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from wardbell_callcenter.store.delivery_rows import Delivery, DeliveryMedium

Verdict = Literal["delivered", "try_again", "given_up"]
REASON_CHARS = 200  # a person reads it, and the database keeps 256


@dataclass(frozen=True)
class Outcome:
    """What became of a hand-over: `why` it failed, for people.

    `delivered`: whoever is next on the way has taken it over, which says nothing about anybody having read it, and is never an
    acceptance. What is not known is `try_again`. `given_up`: it would never go well.
    """

    verdict: Verdict
    why: str = ""


DELIVERED = Outcome("delivered")


def try_again(why: str) -> Outcome:
    """It failed for now, or nobody can say."""
    return Outcome("try_again", told(why))


def given_up(why: str) -> Outcome:
    """It would never go well."""
    return Outcome("given_up", told(why))


def told(what: object) -> str:
    """What the other side said, in one line that is not too long."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(what)).split())[:REASON_CHARS]


class Port(Protocol):
    """Hands deliveries of one medium over. `tests/contract/test_contract_ports.py` holds every port to this.

    Attributes:
        medium: of the deliveries that it takes.
        threads: how many may be in `hand_over` at the same time.
        per_address: how many of these one address may have, so that one that does not answer leaves some to the others; None
            where all addresses have the same other side.
        batch: the most deliveries that it is given together; 1 where one would wait for the other.
        timeout_s: `hand_over` has returned by then, whatever the other side does. (Looking a host's name up may take longer where
            the machine's resolver does: in a house without a name server give addresses, or a hosts file.)
    """

    medium: DeliveryMedium
    threads: int
    per_address: int | None
    batch: int
    timeout_s: float

    @property
    def is_ready(self) -> bool:
        """False while nothing could get through anyway: deliveries wait then, untried, and go at once when it is True again."""

    def hand_over(self, deliveries: Sequence[Delivery]) -> list[Outcome]:
        """Bring them there, and wait until the other side has taken them; the outcome of each. Never raises.

        The same delivery may come again, after an answer that was lost or a crash of ours: it carries its `delivery_id` over
        there, by which the other side knows it.
        """

    def fault_name(self, address: str) -> str:
        """What to call it in the life sign when nothing gets through to that address; empty: the life sign has it already."""
