"""Secrets of those who sign in."""

import pytest

from wardbell_callcenter.people.secret import is_secret, make_secret, opens

SALT = bytes(range(16))


@pytest.mark.parametrize("said", ["1234", "夜班 护士", ""])
def test_a_secret_opens_only_with_itself(said: str) -> None:
    kept = make_secret(said, SALT)
    assert is_secret(kept)
    assert said not in kept or not said
    assert opens(said, kept)
    assert not opens(said + "x", kept)


def test_two_who_chose_the_same_secret_cannot_be_told_by_the_document() -> None:
    assert make_secret("1234", SALT) != make_secret("1234", SALT[::-1])


def test_where_none_is_kept_none_is_asked_for() -> None:
    assert opens("", "")
    assert opens("anything", "")


@pytest.mark.parametrize("kept", ["1234", "scrypt:", "scrypt:AAAA:short", "md5:AAAA:BBBB"])
def test_what_was_not_made_by_us_opens_nothing(kept: str) -> None:
    assert not is_secret(kept)
    assert not opens(kept, kept)
