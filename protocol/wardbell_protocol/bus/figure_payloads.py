"""The call centre's figures, and where its rosters lack people, on the bus. Host only (msgspec)."""

from typing import Annotated, Literal

from msgspec import Meta

from wardbell_protocol.bus.payloads import Count, Ms, Payload, Text

MOST_WARDS = 100
MOST_GAPS = 20

OutOf = tuple[Count, Count]  # so many of so many; of none there is no share
Seconds = Annotated[float, Meta(ge=0)]


class PeriodFigures(Payload, frozen=True, kw_only=True):
    """Of what was opened since `from_ms`, under the names that the formulas have in the call centre's figures/kpi.py.

    `offered` to `accepted`: its four service levels, SL_offered, SL_excl, SL2 and SL. `speed_of_answer_s`: the mean, ASA;
    `response_p90_s`: from the press until somebody is at the bed. None: of nothing. `name`: of the shift.
    """

    period: Literal["hour", "shift", "today"]
    name: Text = ""
    from_ms: Ms
    contacts: Count
    offered: OutOf
    excluding: OutOf
    ended_too: OutOf
    accepted: OutOf
    speed_of_answer_s: Seconds | None = None
    response_p90_s: Seconds | None = None
    given_up: OutOf
    occupancy: OutOf  # in seconds


class WardFigures(Payload, frozen=True, kw_only=True):
    """How one ward stands, "": the whole house. `oldest_at_ms`: since when the one has waited that waits longest.

    `free`: who is ready or being asked, of `signed_in`. `periods`: the last hour, the shift that goes on where there is one,
    and since the house's midnight.
    """

    ward: Text
    waiting: Count
    oldest_at_ms: Ms | None = None
    taken: Count
    free: Count
    signed_in: Count
    periods: Annotated[list[PeriodFigures], Meta(max_length=3)]


class RosterGap(Payload, frozen=True, kw_only=True):
    """In that time `has` people work in a roster's shift that `needs` more. A roster is a ward's, or a team's."""

    roster: Text
    shift: Text
    from_ms: Ms
    until_ms: Ms
    needs: Count
    has: Count


class CentreFigures(Payload, frozen=True, kw_only=True):
    """As of `at_ms`, all that whoever asked may see. `within_s`: Y of the service levels. `time_zone`: the house's, an IANA name.

    `gaps`: the next ones, earliest first, and how many more there are in the days that were looked at.
    """

    at_ms: Ms
    within_s: Seconds
    time_zone: Text = ""
    wards: Annotated[list[WardFigures], Meta(max_length=MOST_WARDS)]
    gaps: Annotated[list[RosterGap], Meta(max_length=MOST_GAPS)] = []
    more_gaps: Count = 0
