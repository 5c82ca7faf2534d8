"""Where the journal is kept."""

from __future__ import annotations

from pathlib import Path

from cockpit.config.load import Loaded


def journal_path(loaded: Loaded | None) -> Path:
    """The journal's file: as configured, relative to the configuration, else in the user's state folder."""
    configured = loaded.settings.journal.path if loaded else ""
    if configured and loaded:
        return loaded.folder / Path(configured).expanduser()
    from platformdirs import user_state_path

    return user_state_path("cockpit") / "journal.db"
