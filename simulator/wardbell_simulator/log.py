"""What happened in the ward, as people saw and heard it: one record a change."""

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.frame_slicer import FrameSlicer
from wardbell_protocol.air.portion import Portion
from wardbell_protocol.air.receipt import RECEIPT_BYTES, RECEIPT_SYNC
from wardbell_protocol.air.slicer import PulseSlicer
from wardbell_simulator.clock import US_PER_MS

MOST_RECORDS = 100_000
GAP_US = 1_000_000
GLITCH_US = 100


@dataclass(frozen=True)
class Record:
    """At that virtual time something changed at `source`.

    `what`: `lcd` (two lines), `tone` and `chirp` (Hz), `lamp` (0 dark, 1 red, 2 green, 3 both), `power`, `cable`,
    `mains`, `display`, `relay`, `green`, `red` (0, 1), `air` (what was sent), `jam` (how).
    """

    at_us: int
    source: str
    what: str
    value: Any

    def as_json(self) -> str:
        """One line."""
        document = {"at_ms": self.at_us / US_PER_MS, "source": self.source, "what": self.what, "value": self.value}
        return json.dumps(document, ensure_ascii=False)


class Log:
    """The newest records, and who wants each as it is made."""

    def __init__(self) -> None:
        self.records: deque[Record] = deque(maxlen=MOST_RECORDS)
        self.observers: list[Callable[[Record], None]] = []

    def add(self, at_us: int, source: str, what: str, value: Any) -> None:  # noqa: ANN401 - by what
        """Keep it and tell everyone. What went on the air is told as the words, or the bytes of the frame, that it says."""
        record = Record(at_us, source, what, _spelt(value) if what == "air" else value)
        self.records.append(record)
        for observe in self.observers:
            observe(record)

    def of(self, what: str, source: str = "") -> list[Record]:
        """Records of one kind, of one source if named."""
        return [record for record in self.records if record.what == what and source in ("", record.source)]


def _spelt(durations_us: list[int]) -> dict[str, Any]:
    signed_us = [-duration_us if at % 2 else duration_us for at, duration_us in enumerate(durations_us)]
    ms = round(sum(durations_us) / US_PER_MS)
    for kind, slicer in (("frame", FrameSlicer()), ("receipt", FrameSlicer(RECEIPT_SYNC, RECEIPT_BYTES))):
        sliced = slicer.receive(Portion.of(signed_us))
        if sliced:
            return {kind: sliced[0].raw.hex(), "ms": ms}
    # A gap is judged by what stands before it, so something does; the last word ends with a gap too.
    words = PulseSlicer().receive(Portion.of([-GAP_US, GLITCH_US, -GAP_US, *signed_us, -GAP_US]))
    trits = CodeWord(words[0].code).trits if words else ""
    return {"word": trits, "words": len(words), "ms": ms}
