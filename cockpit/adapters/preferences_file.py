"""A small JSON file with the choices of one person."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import threading
from pathlib import Path

from cockpit.model.health import Json

LARGEST = 100_000
"""Bytes that are read at the most."""


class PreferencesFile:
    """Reads the file once and replaces it whole; what cannot be read or written is done without.

    Args:
        path: the file; its folder is made when it is first written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.Lock()

    def read(self) -> dict[str, Json]:
        """The choices; none when there is no such file, or it is no JSON object."""
        try:
            with self._path.open("rb") as file:
                found: Json = json.loads(file.read(LARGEST))
        except (OSError, ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def keep(self, choices: dict[str, Json]) -> None:
        """Write them beside the screen's work, in a thread that lives as long as that takes."""
        threading.Thread(target=self.write, args=(choices,), name="preferences").start()

    def write(self, choices: dict[str, Json]) -> None:
        """Write them; a disk that is full or closed to us loses nothing but the choice."""
        with self._turn, contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(choices, file, indent=1)
            Path(name).replace(self._path)
