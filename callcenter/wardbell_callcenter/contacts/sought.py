"""Which contacts somebody looks for, of those that he may see."""

from dataclasses import dataclass

from wardbell_protocol.bus.centre_payloads import ContactKind, ContactStatus


@dataclass(frozen=True)
class Sought:
    """What is looked for.

    Args:
        by: who looks.
        wards: whose contacts he sees besides his own and those of no ward; None: of all of them.
        is_own: he sees only what he has or is asked for.
        states: none: all that are open.
        after: where the page before this one ended, when its last was opened and its id.
    """

    by: str
    wards: frozenset[str] | None = None
    is_own: bool = False
    states: frozenset[ContactStatus] = frozenset()
    ward: str = ""
    kind: ContactKind | None = None
    after: tuple[int, str] | None = None
