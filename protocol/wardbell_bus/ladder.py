"""Which steps of the escalation are to be taken now: the wards' policies over their open calls, less what is taken.

The console, the headless escalator and the call centre's own watcher all ask here, so they cannot disagree.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from wardbell_bus.mirror import WardMirror
from wardbell_protocol.bus.payloads import CallState, WardInfo
from wardbell_protocol.calls.escalation import EscalationPolicy, StepDue, default_policies, policies_from_record
from wardbell_protocol.errors import ConfigError

StepKey = tuple[str, int, int]  # call_id, step, loop

NEVER_MS = 1 << 62


@dataclass(frozen=True)
class Rung:
    """A step of a call's present round that nobody has taken yet."""

    call: CallState
    due: StepDue


class Ladder:
    """The escalation of all calls of some wards.

    Args:
        wards: may grow while the ladder is used.
    """

    def __init__(self, wards: Sequence[WardMirror]) -> None:
        self._wards = wards
        self._policies: dict[str, tuple[WardInfo, dict[str, EscalationPolicy]]] = {}
        # Wards whose policies cannot be read: the default ladder stands in, because a call must reach somebody.
        self.unreadable: set[str] = set()

    def untaken(self, taken: Container[StepKey], now_ms: int = NEVER_MS) -> list[Rung]:
        """Steps that are due by then and not in `taken`, oldest first; all of the present rounds where no time is given."""
        rungs = [
            Rung(call, due)
            for mirror in self._wards
            for policies in [self.policies_of(mirror)]
            for call in mirror.calls.values()
            if call.kind in policies
            for due in policies[call.kind].due(call.to_call(), now_ms)
            if due.key not in taken
        ]
        return sorted(rungs, key=lambda rung: (rung.due.due_at_ms, rung.due.key))

    def policies_of(self, mirror: WardMirror) -> dict[str, EscalationPolicy]:
        """Nothing before the ward said what it is: steps counted by another ladder would stand for the wrong rungs."""
        if mirror.info is None:
            return {}
        known = self._policies.get(mirror.ward)
        if known is None or known[0] is not mirror.info:
            known = (mirror.info, self._read(mirror.info))
            self._policies[mirror.ward] = known
        return known[1]

    def _read(self, info: WardInfo) -> dict[str, EscalationPolicy]:
        self.unreadable.discard(info.ward)
        try:
            return policies_from_record(info.policies)
        except ConfigError:
            self.unreadable.add(info.ward)
            return default_policies()
