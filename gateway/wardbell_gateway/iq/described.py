"""Presses in words: the JSON form in which commands print what they heard."""

from collections.abc import Iterable
from typing import Any

from wardbell_protocol.air.codeword import CodeWord
from wardbell_protocol.air.frame_press import FrameEnded, FramePress
from wardbell_protocol.air.presses import Press, PressEnded


def presses_of(events: Iterable[object]) -> list[dict[str, Any]]:
    """Every press that has ended, by its start; what its station said further on before it fell silent stands with it."""
    ended = [event.press for event in events if isinstance(event, (PressEnded, FrameEnded))]
    presses: list[dict[str, Any]] = []
    latest: dict[str, dict[str, Any]] = {}  # by address
    for part in sorted(ended, key=lambda press: press.start_us):
        said = described(part)
        if isinstance(part, Press):
            address = CodeWord(part.code).address
            if part.is_further and address in latest:
                press = latest[address]
                press.setdefault("then", []).append(said)
                press["end_us"] = part.end_us
                continue
            latest[address] = said
        presses.append(said)
    return presses


def described(press: Press | FramePress) -> dict[str, Any]:
    """One press, plain data."""
    if isinstance(press, FramePress):
        said = {"node_id": press.node_id, "counter": press.counter, "event": press.event, "battery": press.battery}
        return {**said, "copies": press.copies, "start_us": press.start_us, "end_us": press.end_us}
    word = CodeWord(press.code)
    return {
        "code": word.hex,
        "tri": word.trits,
        "words": press.words,
        "t_us": press.t_us,
        "start_us": press.start_us,
        "end_us": press.end_us,
    }
