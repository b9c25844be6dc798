"""What the router knows when it chooses: plain values that the engine fills from its rows, and the choice that comes back.

Times are steady (clock.py). Nothing here changes while a choice is made; whoever routes a second contact in one transaction
gives the agents as they are after the first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wardbell_protocol.bus.centre_payloads import AgentStatus, OfferStatus


@dataclass(frozen=True, kw_only=True)
class AgentFacts:
    """One agent. `wards` empty: he serves all. `groups`: his place in each, as the house's document lists them, from 0."""

    name: str
    state: AgentStatus
    pending: str = ""  # not_ready, signed_out: he goes when the current contact is over
    wards: frozenset[str] = frozenset()
    groups: Mapping[str, int] = field(default_factory=dict)
    skills: Mapping[str, int] = field(default_factory=dict)
    rosters: frozenset[str] = frozenset()  # on which he is on duty now
    free_since_ms: int = 0
    contacts_taken: int = 0
    live_offers: int = 0  # of any contact
    contacts: frozenset[str] = frozenset()  # that he has accepted and not closed


@dataclass(frozen=True, kw_only=True)
class ContactFacts:
    """The contact, at a step of its policy that has been fired at `stepped_at_ms` (the moment that was planned).

    `building`: all wards of its ward's building. `is_last`: no step follows; `is_repeat`: that last step comes again.
    """

    contact_id: str
    ward: str = ""
    building: frozenset[str] = frozenset()
    priority: int = 0
    is_emergency: bool = False  # priority >= reserved
    key_carer: str = ""
    step: int = 0
    loop: int = 0
    is_last: bool = False
    is_repeat: bool = False
    stepped_at_ms: int = 0
    offers_at_once: int = 1  # so many live offers an agent has of strategies that ask one after another,
    rings_at_once: int = 20  # and so many of those that ask all at once


@dataclass(frozen=True, kw_only=True)
class PastOffer:
    """That somebody was asked for this contact, and what came of it; `offered`: he is being asked still.

    `target`: an agent's name, or `address:NAME` as the step has it.
    """

    target: str
    step: int
    loop: int
    status: OfferStatus


@dataclass(frozen=True, kw_only=True)
class History:
    """`offers`: all of this contact. `carers`: who dealt with this bed, the last one first.

    `turns`, for round robin: who was asked by this step of this kind's contacts, each once, by his latest turn, oldest first;
    whoever is not among them has not had a turn yet.
    """

    offers: tuple[PastOffer, ...] = ()
    carers: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Whom to ask now, besides those who are being asked already.

    `ring_s` 0: until the next step. `again_in_ms`: ask the router again then even if nothing happens; when somebody refuses,
    misses, or becomes ready, it is asked again in any case. `is_empty`: nobody whom the step means is signed in, and it names
    no address. `is_exhausted`: nobody to ask now and nobody being asked; where `is_empty` it is so too.
    """

    ask: tuple[str, ...] = ()  # agents, in the order in which they are to be asked
    addresses: tuple[
        str, ...
    ] = ()  # `address:NAME`, of `House.addresses`: the targets of offers that no agent answers for
    ring_s: int = 0
    again_in_ms: int | None = None
    is_empty: bool = False
    is_exhausted: bool = False
    why: str = ""  # for the time line: `longest_idle: ward`, `ring_all: building` (nobody of the ward is signed in)
