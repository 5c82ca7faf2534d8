"""A range's configuration with some of it changed."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from cockpit.sandbox.info import RangeInfo


def settings_of(info: RangeInfo) -> dict[str, Any]:
    """The environment `sandbox` of a range as it is written."""
    with Path(info.config).open("rb") as file:
        found: dict[str, Any] = tomllib.load(file)["environments"]["sandbox"]
    return found


def supervisor_socket(info: RangeInfo) -> Path:
    """Where the supervisor's API listens."""
    return Path(settings_of(info)["processes"][0]["socket"])


def changed_config(info: RangeInfo, folder: Path, *changes: tuple[str, str], more: str = "") -> Path:
    """A copy with texts replaced by others, and more tables at its end."""
    text = Path(info.config).read_text("utf-8")
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "cockpit.toml"
    path.write_text(f"{text}\n{more}", "utf-8")
    return path
