"""What the receiver tells its host of itself once a minute (protocol/spec/link.md, `status`)."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from wardbell_firmware.bus.ear import BusEar
    from wardbell_firmware.receiver.keyed_nodes import KeyedNodes
    from wardbell_protocol.air.presses import PressReceiver
    from wardbell_protocol.link.peer import LinkPeer

STATUS_EVERY_MS = 60000


class StatusClock:
    """Says when a status is due: only to a host that is there, since it must not push presses out of the queue."""

    def __init__(self) -> None:
        self._at_ms = STATUS_EVERY_MS

    def is_due(self, is_host_up: bool, now_ms: int) -> bool:
        """Whether to send one now; it is then taken as sent."""
        if now_ms < self._at_ms or not is_host_up:
            return False
        self._at_ms = now_ms + STATUS_EVERY_MS
        return True

    def next_deadline_ms(self, is_host_up: bool) -> "int | None":
        """When one is due."""
        return self._at_ms if is_host_up else None


def status_message(
    presses: "PressReceiver",
    nodes: "KeyedNodes",
    peer: "LinkPeer | BusEar",
    n_unknown: int,
    n_refused: int,
    now_ms: int,
) -> "dict[str, object]":
    """Refused air by reason, words heard, messages dropped, all since start."""
    rejects = dict(presses.rejects)
    for reason in ("forged", "replayed", "reused"):
        rejects[reason] = nodes.rejects.get(reason, 0)
    rejects["unknown"] = n_unknown + nodes.rejects.get("unknown", 0)
    rejects["refused"] = n_refused
    rejects["line"] = sum(peer.counts().values())
    return {"t": "status", "at": now_ms, "rejects": rejects, "words": presses.n_words, "dropped": peer.dropped}
