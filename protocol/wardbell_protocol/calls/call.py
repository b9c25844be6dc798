"""One call, from the press to the clear: the facts recorded about it and nothing that ticks."""

from wardbell_protocol.calls.signals import AT_BED, BY_ITSELF, FAULT, ORIGIN_ONLY, PRIORITY

PLACED = "placed"
ACKNOWLEDGED = "acknowledged"
ATTENDED = "attended"
CLEARED = "cleared"
STATUSES = (PLACED, ACKNOWLEDGED, ATTENDED, CLEARED)

# Verbs that move a call, and the statuses they may start from. protocol/spec/calls.md prints this table; a test
# holds them equal. Acknowledging twice is refused so that the second nurse reads who was first.
ALLOWED = {
    "acknowledge": (PLACED,),
    "attend": (PLACED, ACKNOWLEDGED),
    "clear": (PLACED, ACKNOWLEDGED, ATTENDED),
    "raise_again": (PLACED, ACKNOWLEDGED, ATTENDED),
}

FIELDS = (
    "call_id",
    "station_id",
    "room",
    "bed",
    "kind",
    "detail",
    "clear_at",
    "status",
    "placed_at_ms",
    "raised_at_ms",
    "loop",
    "presses",
    "authenticated",
    "last_press_at_ms",
    "acknowledged_at_ms",
    "acknowledged_by",
    "attended_at_ms",
    "attended_by",
    "cleared_at_ms",
    "cleared_by",
    "cleared_where",
)
_CHANGING = tuple([name for name in FIELDS if name not in FIELDS[:5] and name != "placed_at_ms"])


class Call:
    """A request for attention.

    `raised_at_ms` is when it last began to ring: the press, or the re-raise of a call that was acknowledged and
    then left. `loop` counts the re-raises; it numbers the rounds of the escalation. `presses` counts the
    presses from the first on; `authenticated` says that one of them at least was a verified frame, or that the ward
    raised the call itself. Times are ms of the clock of whoever holds the board (UNIX time at the gateway,
    time since start on the receiver).
    """

    def __init__(self, call_id: str, station_id: str, room: str, bed: str, kind: str, placed_at_ms: int) -> None:
        self.call_id = call_id
        self.station_id = station_id
        self.room = room
        self.bed = bed
        self.kind = kind
        self.detail = ""
        self.clear_at: tuple[str, ...] = (AT_BED,)
        self.status = PLACED
        self.placed_at_ms = placed_at_ms
        self.raised_at_ms = placed_at_ms
        self.loop = 0
        self.presses = 1
        self.authenticated = False
        self.last_press_at_ms = placed_at_ms
        self.acknowledged_at_ms: int | None = None
        self.acknowledged_by = ""
        self.attended_at_ms: int | None = None
        self.attended_by = ""
        self.cleared_at_ms: int | None = None
        self.cleared_by = ""
        self.cleared_where = ""

    @property
    def priority(self) -> int:
        """Urgency by kind; higher first."""
        return PRIORITY[self.kind]

    @property
    def place(self) -> str:
        """Room and bed, `203-2`."""
        return f"{self.room}-{self.bed}" if self.bed else self.room

    @property
    def key(self) -> "tuple[str, str, str]":
        """What is counted as the same open call: station, kind and detail."""
        return (self.station_id, self.kind, self.detail)

    @property
    def is_open(self) -> bool:
        """True until it is cleared."""
        return self.status != CLEARED

    @property
    def status_since_ms(self) -> int:
        """When the present status began."""
        began = {
            PLACED: self.raised_at_ms,
            ACKNOWLEDGED: self.acknowledged_at_ms,
            ATTENDED: self.attended_at_ms,
            CLEARED: self.cleared_at_ms,
        }[self.status]
        return self.raised_at_ms if began is None else began

    def may_clear(self, where: str) -> bool:
        """Whether the call may be cleared from there (design §1): always at its bed; an urgent one only there."""
        if where == AT_BED:
            return True
        if self.kind == FAULT:
            return True
        if self.kind in ORIGIN_ONLY or where == BY_ITSELF:
            return False
        return where in self.clear_at

    def sort_key(self) -> "tuple[int, int, str]":
        """Orders calls by priority, then age (oldest first)."""
        return (-self.priority, self.placed_at_ms, self.call_id)

    def to_record(self) -> "dict[str, object]":
        """Plain data, one item a field."""
        record = {name: getattr(self, name) for name in FIELDS}
        record["clear_at"] = list(self.clear_at)
        return record

    def copy(self) -> "Call":
        """The same facts, to be changed by themselves."""
        call = Call(self.call_id, self.station_id, self.room, self.bed, self.kind, self.placed_at_ms)
        for name in _CHANGING:
            setattr(call, name, getattr(self, name))
        return call

    @classmethod
    def from_record(cls, record: "dict[str, object]") -> "Call":
        """The call of a record made by `to_record`; unknown items are left alone."""
        call = cls("", "", "", "", FAULT, 0)
        for name in FIELDS:
            if name in record:
                setattr(call, name, record[name])
        call.clear_at = tuple(call.clear_at)
        return call

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Call) and self.to_record() == other.to_record()

    def __repr__(self) -> str:
        return f"Call({self.call_id!r}, {self.place!r}, {self.kind!r}, {self.status!r})"
