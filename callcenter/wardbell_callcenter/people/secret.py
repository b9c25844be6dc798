"""Secrets of those who sign in: the house's document keeps only what a secret can be tried against."""

import base64
import hashlib
import hmac
import re

SALT_BYTES = 16
# RFC 7914's scrypt, 16 MB and some 50 ms a try: a document that somebody copied does not soon give the secrets away. What is kept
# names them, so that a later version may ask for more and still try the old ones.
_COST_BITS, _BLOCK, _PARALLEL = 14, 8, 1
_FORM = re.compile(r"scrypt:(1[0-6]):([1-8]):([1-4]):([A-Za-z0-9+/=]{4,64}):([A-Za-z0-9+/=]{44})")


def make_secret(said: str, salt: bytes) -> str:
    """What to write into the document for that secret. `salt`: 16 random bytes, others for each."""
    digest = _digest(said, salt, _COST_BITS, _BLOCK, _PARALLEL)
    kept = (base64.b64encode(part).decode() for part in (salt, digest))
    return ":".join(("scrypt", str(_COST_BITS), str(_BLOCK), str(_PARALLEL), *kept))


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
    cost_bits, block, parallel = (int(part) for part in form.groups()[:3])
    salt, digest = (base64.b64decode(part) for part in form.groups()[3:])
    return hmac.compare_digest(_digest(said, salt, cost_bits, block, parallel), digest)


def _digest(said: str, salt: bytes, cost_bits: int, block: int, parallel: int) -> bytes:
    # Twice what the algorithm itself takes: 128 bytes a block, as often as it costs.
    most = 2 * 128 * block * ((1 << cost_bits) + parallel)
    return hashlib.scrypt(said.encode(), salt=salt, n=1 << cost_bits, r=block, p=parallel, maxmem=most, dklen=32)
