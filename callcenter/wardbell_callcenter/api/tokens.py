"""Tokens: made here, shown once, and told apart by their digests."""

import hashlib
import secrets

from wardbell_callcenter.store.token_rows import TokenRow

PREFIX = "wardbell_"  # so that whoever finds one, or scans a repository for such, knows what it is
SESSION_MS = 12 * 3600 * 1000  # of somebody who signs in with his secret: the longest shift
SESSION = "session"  # the label of such a token
SHOWN = 12  # characters of a digest that name a token to people


def make(agent: str, label: str, now_ms: int, until_ms: int | None = None) -> tuple[str, TokenRow]:
    """A new token of that agent's, and what is kept of it. 256 random bits, so a plain digest cannot be turned round."""
    token = PREFIX + secrets.token_urlsafe(32)
    return token, TokenRow(digest(token), agent, label, now_ms, until_ms)


def digest(token: str) -> str:
    """SHA-256 as hex. It is looked up, never the token: how long a look-up takes tells nothing that leads to a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def bearer(header: str) -> str:
    """The token of an Authorization header; empty where it has none."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
