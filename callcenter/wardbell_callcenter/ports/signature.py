"""How the other side of a webhook knows that it is us: Standard Webhooks (https://www.standardwebhooks.com), HMAC-SHA-256."""

import base64
import binascii
import hashlib
import hmac

PREFIX = "whsec_"  # before a secret that is written in base64


def signature_headers(secret: str, delivery_id: str, at_s: int, body: bytes) -> dict[str, str]:
    """Who sends what when; signed where there is a secret. `at_s`: UNIX, of this attempt, so that a recorded one grows old."""
    headers = {"webhook-id": delivery_id, "webhook-timestamp": str(at_s)}
    if secret:
        signed = b".".join((delivery_id.encode(), str(at_s).encode(), body))
        digest = hmac.new(_key(secret), signed, hashlib.sha256).digest()
        headers["webhook-signature"] = "v1," + base64.b64encode(digest).decode()
    return headers


def _key(secret: str) -> bytes:
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            pass  # somebody's own words, which happen to begin like that
    return secret.encode()
