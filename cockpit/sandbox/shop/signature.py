"""How the payment provider signs its events, so that nobody else can send one."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

HEADER: Final = "Stripe-Signature"
_SCHEME: Final = "v1="


def signature(secret: str, body: bytes) -> str:
    """The header's value for a body."""
    return _SCHEME + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def fits(secret: str, body: bytes, given: str) -> bool:
    """Whether a body was signed with that secret."""
    return hmac.compare_digest(signature(secret, body).encode(), given.encode())
