"""Secrets of those who sign in."""

import base64
import hashlib

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


def test_what_another_version_made_dearer_or_cheaper_opens_too() -> None:
    # RFC 7914 §12's way of counting: N 2^10, r 8, p 1; made with hashlib.scrypt of OpenSSL.
    digest = hashlib.scrypt(b"1234", salt=SALT, n=2**10, r=8, p=1, dklen=32)
    kept = f"scrypt:10:8:1:{base64.b64encode(SALT).decode()}:{base64.b64encode(digest).decode()}"
    assert is_secret(kept)
    assert opens("1234", kept)
    assert not opens("1235", kept)


@pytest.mark.parametrize(
    "kept", ["1234", "scrypt:", "scrypt:AAAA:short", "scrypt:31:8:1:AAAA:" + "A" * 44, "md5:AAAA:BBBB"]
)
def test_what_was_not_made_by_us_opens_nothing(kept: str) -> None:
    assert not is_secret(kept)
    assert not opens(kept, kept)
