"""Tokens, and how many requests each of them has."""

import pytest
from databases import Database

from wardbell_callcenter.api import tokens
from wardbell_callcenter.api.buckets import MOST_KEYS, Buckets, Rate
from wardbell_callcenter.store.store import Store


def test_a_token_is_found_by_its_digest_and_is_nowhere_kept(database: Database) -> None:
    store = Store(database.url)
    token, row = tokens.make("Wei", "tablet", 1000, until_ms=2000)
    with store.writing() as ledger:
        ledger.tokens.add(row)
    with store.reading() as ledger:
        found = ledger.tokens.of(tokens.digest(token))
    store.close()
    assert found == row
    assert found.counts(1999)
    assert not found.counts(2000)
    assert token.removeprefix(tokens.PREFIX) not in repr(database.rows("SELECT * FROM tokens"))


def test_a_token_is_revoked_by_the_beginning_of_its_digest_and_ended_ones_are_forgotten(database: Database) -> None:
    store = Store(database.url)
    rows = [tokens.make("Wei", "tablet", 1000)[1], tokens.make("Chen", tokens.SESSION, 1000, until_ms=2000)[1]]
    with store.writing() as ledger:
        for row in rows:
            ledger.tokens.add(row)
        assert ledger.tokens.revoke(rows[0].digest[: tokens.SHOWN]) == 1
        assert ledger.tokens.revoke(rows[0].digest[: tokens.SHOWN]) == 0
        assert ledger.tokens.revoke("%") == 0
        assert [row.agent for row in ledger.tokens.everyone()] == ["Chen", "Wei"]
        ledger.tokens.forget(2001)
        left = ledger.tokens.everyone()
    store.close()
    assert [(row.agent, row.is_revoked, row.counts(1500)) for row in left] == [("Wei", True, False)]


@pytest.mark.parametrize(
    ("header", "token"),
    [("Bearer abc", "abc"), ("bearer  abc ", "abc"), ("Basic abc", ""), ("abc", ""), ("", ""), ("Bearer", "")],
)
def test_only_a_bearer_token_is_taken(header: str, token: str) -> None:
    assert tokens.bearer(header) == token


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    buckets = Buckets(Rate(burst=3, per_s=2))
    assert [buckets.take("Wei", 0) for _ in range(4)] == [0, 0, 0, 500]
    assert buckets.take("Chen", 0) == 0
    assert buckets.take("Wei", 499) == 1
    assert buckets.take("Wei", 500) == 0
    assert buckets.take("Wei", 500) == 500
    assert [buckets.take("Wei", 60_000) for _ in range(4)] == [0, 0, 0, 500]


def test_a_flood_of_keys_does_not_fill_the_memory_nor_empty_a_bucket_that_is_in_use() -> None:
    buckets = Buckets(Rate(burst=2, per_s=1))
    assert [buckets.take("Wei", 0) for _ in range(2)] == [0, 0]
    for number in range(MOST_KEYS):
        buckets.take(f"address {number}", -10_000)
    assert buckets.take("Wei", 0) == 1000
    buckets.take("one more", 0)
    assert len(buckets) <= 3
