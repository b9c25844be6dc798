"""Secrets of those who sign in: the house's document keeps only what a secret can be tried against."""

import base64
import hashlib
import hmac
import re

SALT_BYTES = 16
# RFC 7914's scrypt, 16 MB and some 50 ms a try: a document that somebody copied does not soon give the secrets away.
_COST, _BLOCK, _PARALLEL = 2**14, 8, 1
_FORM = re.compile(r"scrypt:([A-Za-z0-9+/=]{4,64}):([A-Za-z0-9+/=]{44})")


def make_secret(said: str, salt: bytes) -> str:
    """What to write into the document for that secret. `salt`: 16 random bytes, others for each."""
    return f"scrypt:{base64.b64encode(salt).decode()}:{base64.b64encode(_digest(said, salt)).decode()}"


def is_secret(kept: str) -> bool:
    """Whether it is something that `make_secret` made, not the secret itself by mistake."""
    return _FORM.fullmatch(kept) is not None


def opens(said: str, kept: str) -> bool:
    """Whether what he said is the secret of which `kept` was made; an empty `kept` asks for none."""
    if not kept:
        return True
    form = _FORM.fullmatch(kept)
    if form is None:
        return False
    salt, digest = (base64.b64decode(part) for part in form.groups())
    return hmac.compare_digest(_digest(said, salt), digest)


def _digest(said: str, salt: bytes) -> bytes:
    return hashlib.scrypt(said.encode(), salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL, dklen=32)
