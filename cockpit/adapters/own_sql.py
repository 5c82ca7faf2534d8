"""The cockpit's own SQL: one file a question, whatever the server's version."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

_MARKED = re.compile(r"(?P<code> *[^-\s].*\S) +-- (?P<when>from|before) (?P<major>\d+)$")
"""A line that holds from a major version of PostgreSQL on, or only before it."""


@lru_cache
def statement(name: str, version: int | None = None) -> str:
    """The text of cockpit/adapters/sql/NAME.sql as a server of that version takes it.

    A line that ends in `-- from 14` is for PostgreSQL 14 and later, one that ends in `-- before 14` for the others.

    Args:
        name: the file's, without its ending.
        version: server_version_num, as 150004; None for the newest.
    """
    text = resources.files("cockpit.adapters").joinpath("sql", f"{name}.sql").read_text("utf-8")
    return "\n".join(kept for line in text.splitlines() if (kept := _for_version(line, version)) is not None) + "\n"


def _for_version(line: str, version: int | None) -> str | None:
    marked = _MARKED.fullmatch(line)
    if marked is None:
        return line
    reached = version is None or version >= int(marked["major"]) * 10_000
    return marked["code"] if reached == (marked["when"] == "from") else None
