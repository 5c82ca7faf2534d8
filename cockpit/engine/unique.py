"""Names that nothing else in the journal has, whichever cockpit wrote it and however soon after another."""

from __future__ import annotations

import secrets
from datetime import datetime


def unique_id(now: datetime) -> str:
    """A name that begins with the time and ends in chance: several cockpits share one journal.

    Args:
        now: UTC now.
    """
    return f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
