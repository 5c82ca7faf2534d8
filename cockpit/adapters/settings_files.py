"""The settings of the environment that the cockpit runs in, and of files such as `.env`, for steps that check them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from cockpit.adapters.pool import BlockingPool
from cockpit.engine.steps.settings import Expected
from cockpit.model.errors import SourceRefused, SourceUnreachable
from cockpit.model.text import clean

_LINE = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*(.*?)[ \t]*$", re.MULTILINE)
LIMIT = 1_000_000
"""Bytes of a file that are read; a longer one is refused."""
_TIMEOUT = 5.0


class SettingsFiles:
    """Reads what a step names; never built for an observer.

    Args:
        folder: where relative paths start.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pool = BlockingPool("settings", 1)

    async def places(self, wanted: Expected) -> Mapping[str, Mapping[str, str]]:
        """The settings in each file that is named, else in the environment of the cockpit.

        Raises:
            SourceUnreachable: when a file cannot be read in time.
            SourceRefused: when it is too long to be settings.
        """
        if not wanted.files:
            return {"environment": dict(os.environ)}
        try:
            return {name: await self._pool.run(partial(self._read, name), _TIMEOUT) for name in wanted.files}
        except TimeoutError as error:
            raise SourceUnreachable("the file of settings could not be read in time") from error

    async def close(self) -> None:
        """Let go of the thread; never raises."""
        self._pool.close()

    def _read(self, name: str) -> dict[str, str]:
        path = self._folder / Path(name).expanduser()
        try:
            with path.open("rb") as file:
                raw = file.read(LIMIT + 1)
        except OSError as error:
            raise SourceUnreachable(f"{clean(str(path))} cannot be read: {error.strerror}") from error
        if len(raw) > LIMIT:
            raise SourceRefused(f"{clean(str(path))} is too long to be a file of settings")
        return settings_in(raw.decode("utf-8", "replace"))


def settings_in(text: str) -> dict[str, str]:
    """Names and values of a file of settings, as dotenv writes them; the last of a name stands."""
    return {name: _unquoted(value) for name, value in _LINE.findall(text)}


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return re.split(r"[ \t]#", value, maxsplit=1)[0].rstrip()
