"""What commands were answered, in the database: the same command again is answered the same, and done once."""

from sqlalchemy import Connection, delete, insert, select

from wardbell_callcenter.store.tables import replies
from wardbell_protocol.bus.payloads import Reply, decode, encode


class ReplyRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, command_id: str) -> Reply | None:
        """What that command was answered."""
        row = self._connection.execute(select(replies.c.reply).where(replies.c.command_id == command_id)).first()
        return None if row is None else decode(row.reply, Reply)

    def like(self, beginning: str) -> list[str]:
        """Ids of the answered commands that begin so."""
        same = replies.c.command_id.startswith(beginning, autoescape=True)
        return list(self._connection.execute(select(replies.c.command_id).where(same)).scalars())

    def keep(self, reply: Reply, now_ms: int) -> None:
        """Answer the same when the command comes again."""
        values = {"command_id": reply.command_id, "at_ms": now_ms, "reply": encode(reply)}
        self._connection.execute(insert(replies).values(**values))

    def forget(self, before_ms: int) -> None:
        """Delete the answers given before then."""
        self._connection.execute(delete(replies).where(replies.c.at_ms < before_ms))
