"""What all tables of the configuration file share."""

from __future__ import annotations

from typing import Annotated

import msgspec

Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$", description="a short name")]
Duration = Annotated[str, msgspec.Meta(pattern=r"^\s*(\d+(\.\d+)?(ms|[smhdw])\s*)+$", description="30s, 5m, 1h30m")]


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all tables share: frozen, and an unknown key is an error."""
