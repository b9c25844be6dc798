"""What commands were answered, in the database: the same command again is answered the same, and done once."""

import hashlib
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select

from wardbell_callcenter.store.tables import replies
from wardbell_protocol.bus.centre_payloads import CentreReply
from wardbell_protocol.bus.payloads import Command, Reply, decode, encode

NOT_SAID = ("v", "at_ms", "secret")  # whoever says it again says it later; a secret is kept nowhere


@dataclass(frozen=True)
class Answer:
    """A reply, and the digest of the command that it was to; empty: an older version did not keep it."""

    reply: Reply
    said: str = ""


_GET = select(replies.c.reply, replies.c.said).where(replies.c.command_id == bindparam("of_command"))
_KEEP = insert(replies)
_FORGET = delete(replies).where(replies.c.at_ms < bindparam("before_ms"))


class ReplyRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, command_id: str) -> Answer | None:
        """What that command was answered."""
        row = self._connection.execute(_GET, {"of_command": command_id}).first()
        return None if row is None else Answer(decode(row.reply, CentreReply), row.said)

    def like(self, beginning: str) -> list[str]:
        """Ids of the answered commands that begin so."""
        same = replies.c.command_id.startswith(beginning, autoescape=True)
        return list(self._connection.execute(select(replies.c.command_id).where(same)).scalars())

    def keep(self, answer: Answer, now_ms: int) -> None:
        """Answer the same when the command comes again."""
        reply = answer.reply
        values = {"command_id": reply.command_id, "at_ms": now_ms, "reply": encode(reply), "said": answer.said}
        self._connection.execute(_KEEP, values)

    def forget(self, before_ms: int) -> None:
        """Delete the answers given before then."""
        self._connection.execute(_FORGET, {"before_ms": before_ms})


def said_by(command: Command) -> str:
    """The digest of all that makes the command what it is; what a version does not know yet changes nothing."""
    fields = {name: value for name, value in msgspec.structs.asdict(command).items() if value and name not in NOT_SAID}
    return hashlib.sha256(msgspec.json.encode(fields, order="deterministic")).hexdigest()
