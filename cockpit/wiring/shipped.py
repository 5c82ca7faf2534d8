"""The runbooks that come with the cockpit."""

from __future__ import annotations

from pathlib import Path


def shipped_runbooks() -> Path:
    """The folder of the runbooks that come with the cockpit: in the wheel, else beside the package."""
    package = Path(__file__).parents[1]
    packed = package / "_runbooks"
    return packed if packed.is_dir() else package.parent / "runbooks"
