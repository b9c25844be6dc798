"""A contact as the figures see it: its times, and what was not good about it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Case:
    """Times are UNIX ms.

    Args:
        place: the bed, whatever the kind of call; empty where there is none.
        pressed_at_ms: t0; `opened_at_ms`: t1, when the ward's escalation brought it here; `offered_at_ms`: t2;
            `accepted_at_ms`: t4 of whoever has kept it: an acceptance after which nobody came is none.
        on_site_at_ms: t5 as the agent said; `ward_came_at_ms`: as presence at the bed says; `ward_answered_at_ms`: somebody of
            the ward said that he goes.
        closed_at_ms: t6; `state` says how. `is_cleared_away`: at a desk, by staff, not at the bed.
        acceptances: how often somebody took it; `unvisited`: how often nobody came in time after that.
        highest_step: of its policy, from 0; -1 where none was fired.
    """

    contact_id: str
    kind: str = "bed_call"
    call_kind: str = ""
    ward: str = ""
    place: str = ""
    state: str = "new"
    pressed_at_ms: int
    opened_at_ms: int
    offered_at_ms: int | None = None
    accepted_at_ms: int | None = None
    on_site_at_ms: int | None = None
    ward_came_at_ms: int | None = None
    ward_answered_at_ms: int | None = None
    closed_at_ms: int | None = None
    is_cleared_away: bool = False
    acceptances: int = 0
    unvisited: int = 0
    highest_step: int = -1

    @property
    def arrived_at_ms(self) -> int | None:
        """When somebody was at the bed; where nobody said, the end, which is the latest that it can have been."""
        said = [at_ms for at_ms in (self.on_site_at_ms, self.ward_came_at_ms) if at_ms is not None]
        if said:
            return min(said)
        somebody_went = self.accepted_at_ms is not None or self.ward_answered_at_ms is not None
        if self.state == "resolved" or (self.state == "cleared_at_bed" and (somebody_went or self.is_cleared_away)):
            return self.closed_at_ms
        return None

    @property
    def is_given_up(self) -> bool:
        """Cleared at the bed before anybody is known to have come: a resident who helped himself, or tried to."""
        return self.state == "cleared_at_bed" and self.arrived_at_ms is None

    @property
    def is_done(self) -> bool:
        """Somebody was there, and it is over."""
        return self.closed_at_ms is not None and self.arrived_at_ms is not None
