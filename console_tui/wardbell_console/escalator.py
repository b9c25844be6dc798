"""Sends the steps of the escalation that are due to the call centre, until the call centre shows them as taken."""

import hashlib
from collections.abc import Sequence

from wardbell_bus.ladder import Ladder, Rung, StepKey
from wardbell_bus.mirror import CentreMirror, Publication, WardMirror
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import Command, encode

RESEND_MS = 2000


class Escalator:
    """Any number of these may run over the same calls; the call centre takes each step once.

    Poll it while connected: what is not taken is sent again every 2 s, and would pile up otherwise.

    Args:
        ward_mirrors: the wards to look after; may grow.
        centre: what the call centre has taken.
        client_id: ours on the bus.
    """

    def __init__(self, ward_mirrors: Sequence[WardMirror], centre: CentreMirror, client_id: str) -> None:
        self.client_id = client_id
        self.ladder = Ladder(ward_mirrors)
        self._centre = centre
        self._sent_at_ms: dict[StepKey, int] = {}

    def poll(self, now_ms: int) -> list[Publication]:
        """Commands to publish now."""
        rungs = self.ladder.untaken(self._centre.steps, now_ms)
        waiting = {rung.due.key for rung in rungs}
        self._sent_at_ms = {key: at_ms for key, at_ms in self._sent_at_ms.items() if key in waiting}
        to_send = [rung for rung in rungs if not self._was_just_sent(rung, now_ms)]
        for rung in to_send:
            self._sent_at_ms[rung.due.key] = now_ms
        return [self._command(rung, now_ms) for rung in to_send]

    def next_deadline_ms(self) -> int | None:
        """When `poll` next has something to send."""
        times = [self._deadline_ms(rung) for rung in self.ladder.untaken(self._centre.steps)]
        return min(times) if times else None

    def _deadline_ms(self, rung: Rung) -> int:
        sent_at_ms = self._sent_at_ms.get(rung.due.key)
        return rung.due.due_at_ms if sent_at_ms is None else sent_at_ms + RESEND_MS

    def _was_just_sent(self, rung: Rung, now_ms: int) -> bool:
        """A clock that was set back must not hold a step up, so the future does not count."""
        sent_at_ms = self._sent_at_ms.get(rung.due.key)
        return sent_at_ms is not None and sent_at_ms <= now_ms < sent_at_ms + RESEND_MS

    def _command(self, rung: Rung, now_ms: int) -> Publication:
        due = rung.due
        command = Command(
            command_id=command_id(self.client_id, due.key),
            verb="step",
            by=self.client_id,
            reply_to=self.client_id,
            at_ms=now_ms,
            call_id=due.call_id,
            step=due.step,
            step_name=due.name,
            loop=due.loop,
            due_at_ms=due.due_at_ms,
            call=rung.call,
        )
        return Publication(topics.centre_command(self.client_id), encode(command))


def command_id(client_id: str, key: StepKey) -> str:
    """The same for the same step of the same client, whenever and however often it is sent; at most 64 characters."""
    text = "/".join([client_id, *map(str, key)])
    return "step-" + hashlib.sha256(text.encode()).hexdigest()[:32]
