"""What became of the keys that were pressed: a verb is pending until the authority answers, and never assumed done.

Pure. A command that had no answer in 5 s may be sent again; it keeps its `command_id`, so it is done once however often
it arrives.
"""

from dataclasses import dataclass

import msgspec

from wardbell_bus.mirror import Publication
from wardbell_protocol.bus import topics
from wardbell_protocol.bus.payloads import Command, Reply, encode

PENDING = "pending"
UNCONFIRMED = "unconfirmed"
REFUSED = "refused"
CONFIRMED = "confirmed"

Key = tuple[str, str, str]

ANSWER_WITHIN_MS = 5000
REFUSAL_SHOWN_MS = 10_000


@dataclass
class Attempt:
    """One verb on one target: the id of a call or contact, or an operator.

    `place` is for a text about it when the target is gone: room and bed, or the operator's name, or nothing and what a
    contact is about that has no room. `reason` is set where it was refused.
    """

    scope: str
    command: Command
    target: str
    place: tuple[str, str]
    state: str
    since_ms: int
    reason: str = ""

    @property
    def publication(self) -> Publication:
        """The command as it goes on the bus."""
        is_ours = self.scope == topics.CALL_CENTRE_SCOPE
        topic = topics.centre_command(self.command.reply_to) if is_ours else topics.command(self.scope)
        return Publication(topic, encode(self.command))


class Verbs:
    """All verbs of this console that are not settled yet."""

    def __init__(self) -> None:
        self._attempts: dict[Key, Attempt] = {}

    def send(self, scope: str, target: str, place: tuple[str, str], command: Command, now_ms: int) -> list[Publication]:
        """Send a verb; nothing while the same verb on the same target is pending, the old command where it had no answer."""
        key = _key(command, target)
        known = self._attempts.get(key)
        if known is not None and known.state == PENDING:
            return []
        if known is not None and known.state == UNCONFIRMED and _says_the_same(known.command, command):
            command = msgspec.structs.replace(known.command, at_ms=command.at_ms)
        attempt = Attempt(scope, command, target, place, PENDING, now_ms)
        self._attempts[key] = attempt
        return [attempt.publication]

    def refuse(self, target: str, place: tuple[str, str], command: Command, reason: str, now_ms: int) -> Attempt:
        """Refuse a verb without asking the authority, which would say the same."""
        attempt = Attempt("", command, target, place, REFUSED, now_ms, reason)
        waiting = self._attempts.get(_key(command, target))
        if waiting is None or waiting.state == REFUSED:  # an unanswered command keeps its id for the next try
            self._attempts[_key(command, target)] = attempt
        return attempt

    def receive(self, reply: Reply, now_ms: int) -> Attempt | None:
        """The verb that an answer settles; None where it is not ours or settled already."""
        for key, attempt in self._attempts.items():
            if attempt.command.command_id == reply.command_id and attempt.state in (PENDING, UNCONFIRMED):
                attempt.since_ms = now_ms
                attempt.reason = reply.reason
                attempt.state = CONFIRMED if reply.ok else REFUSED
                if reply.ok:
                    del self._attempts[key]
                return attempt
        return None

    def happened(self, verb: str, target: str, by: str) -> Attempt | None:
        """The authority's event says that it happened, perhaps before the answer came."""
        attempt = self.find(verb, target)
        if attempt is None or attempt.command.by != by or attempt.state not in (PENDING, UNCONFIRMED):
            return None
        attempt.state = CONFIRMED
        del self._attempts[_key(attempt.command, target)]
        return attempt

    def poll(self, now_ms: int) -> list[Attempt]:
        """Verbs that just became unconfirmed; refusals are forgotten when they were shown long enough."""
        late = []
        for key, attempt in list(self._attempts.items()):
            attempt.since_ms = min(attempt.since_ms, now_ms)  # the clock was set back: it waits from now
            age_ms = now_ms - attempt.since_ms
            if attempt.state == PENDING and age_ms >= ANSWER_WITHIN_MS:
                attempt.state = UNCONFIRMED
                late.append(attempt)
            elif attempt.state == REFUSED and age_ms >= REFUSAL_SHOWN_MS:
                del self._attempts[key]
        return late

    def forget(self, target: str) -> None:
        """The target is gone and nobody waits for an answer about it."""
        for key in [key for key, attempt in self._attempts.items() if key[1] == target and attempt.state != PENDING]:
            del self._attempts[key]

    def of(self, target: str) -> Attempt | None:
        """The verb on that target that was pressed last."""
        found = [attempt for (_verb, its, _text), attempt in self._attempts.items() if its == target]
        return max(found, key=lambda attempt: attempt.since_ms, default=None)

    def find(self, verb: str, target: str) -> Attempt | None:
        """That verb on that target, where it is not settled; of several notes the first."""
        found = (attempt for key, attempt in self._attempts.items() if key[:2] == (verb, target))
        return next(found, None)


def _key(command: Command, target: str) -> Key:
    """Verb, target, and what tells two notes on one contact apart."""
    return command.verb, target, command.text if command.verb == "note" else ""


def _says_the_same(one: Command, other: Command) -> bool:
    """Whether the same person has given the same with both: a transfer to somebody else is no second try of the first."""
    given = ("by", "to", "reason", "code", "fields", "text", "secret")
    return all(getattr(one, name) == getattr(other, name) for name in given)
