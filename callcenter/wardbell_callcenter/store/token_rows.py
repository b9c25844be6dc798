"""Who may speak to the API, by the digest of the token that he shows: the token itself is nowhere kept."""

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from wardbell_callcenter.store.house_tables import tokens


@dataclass(frozen=True)
class TokenRow:
    """One token. `until_ms` None: until it is revoked."""

    digest: str
    agent: str
    label: str
    made_at_ms: int
    until_ms: int | None = None
    is_revoked: bool = False

    def counts(self, now_ms: int) -> bool:
        """Whether it is taken at that time."""
        return not self.is_revoked and (self.until_ms is None or now_ms < self.until_ms)


class TokenRows:
    """Of one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, row: TokenRow) -> None:
        """Take a new one from now on."""
        self._connection.execute(insert(tokens).values(**asdict(row)))

    def of(self, digest: str) -> TokenRow | None:
        """The one with that digest, whether or not it counts."""
        row = self._connection.execute(select(tokens).where(tokens.c.digest == digest)).mappings().first()
        return None if row is None else _of(row)

    def everyone(self) -> list[TokenRow]:
        """All of them, by agent, oldest first."""
        wanted = select(tokens).order_by(tokens.c.agent, tokens.c.made_at_ms, tokens.c.digest)
        return [_of(row) for row in self._connection.execute(wanted).mappings()]

    def revoke(self, beginning: str) -> int:
        """Take those no more whose digest begins so; returns how many counted until then."""
        same = tokens.c.digest.startswith(beginning, autoescape=True) & tokens.c.is_revoked.is_(False)
        return self._connection.execute(update(tokens).where(same).values(is_revoked=True)).rowcount

    def forget(self, before_ms: int) -> None:
        """Delete those that ended before then; revoked ones without an end stay, to be seen in the list."""
        self._connection.execute(delete(tokens).where(tokens.c.until_ms < before_ms))


def _of(row: RowMapping) -> TokenRow:
    return TokenRow(**row)
