"""The one line that tells what became of a key, or what was done to the person at this console."""

from dataclasses import dataclass

MISSED_OFFER = "missed"  # an offer that he did not answer in time
RETURNED = "returned"  # what he had accepted went back into the queue
TAKEN_OVER = "taken_over"  # what he had accepted is somebody else's now
REMINDED = "reminded"  # what he has accepted goes back into the queue soon; the call centre's own word for it
FORCED = "forced"  # somebody else changed his state


@dataclass(frozen=True)
class Notice:
    """`state` as in verbs.py, or one of the above; `by`: who did it, where that was somebody else."""

    place: tuple[str, str]
    verb: str
    state: str
    reason: str
    at_ms: int
    by: str = ""
