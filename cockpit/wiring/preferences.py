"""Where choices made on the screen are kept: a small file beside the journal."""

from __future__ import annotations

from cockpit.adapters.preferences_file import PreferencesFile
from cockpit.config.load import Loaded
from cockpit.engine.preferences import Preferences
from cockpit.model.incident import Role
from cockpit.wiring.journal import journal_path

FILE = "screen.json"


def remembered(loaded: Loaded, role: Role) -> Preferences:
    """The choices of earlier sessions; an observer's last only as long as the cockpit, for it writes nothing."""
    file = PreferencesFile(journal_path(loaded).with_name(FILE))
    return Preferences(file.read(), file.keep if role is Role.OPERATOR else None)
