"""Where an environment's runbooks lie."""

from __future__ import annotations

import os
from pathlib import Path

from cockpit.config.load import Loaded
from cockpit.config.settings import Environment
from cockpit.wiring.shipped import shipped_runbooks


def library_folders(loaded: Loaded, environment: Environment) -> list[Path]:
    """The folders and files of runbooks, relative to the configuration; the shipped ones when none is configured."""
    base = loaded.folder.absolute()
    folders = [Path(os.path.normpath(base / Path(folder).expanduser())) for folder in environment.runbooks]
    return folders or [shipped_runbooks()]
