"""The line on which a key of a TOML file is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""Names of tables and keys, and the index of an entry where a table is an array."""

_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_\-]+|\"[^\"]+\")\s*=")


def line_of(text: str, wanted: Sequence[str | int]) -> int:
    """The line, from 1, of the key, or of the closest table around it that is written out; 1 when none is."""
    best, depth = 1, 0
    for number, path in _written(text):
        agreed = len(path)
        if agreed > depth and tuple(wanted[:agreed]) == path:
            best, depth = number, agreed
    return best


def _written(text: str) -> Iterator[tuple[int, KeyPath]]:
    """Every header and key with its path; entries of arrays of tables are counted from 0."""
    counts: dict[tuple[str, ...], int] = {}
    table: KeyPath = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header:
            names = tuple(part.strip().strip('"') for part in header[2].split("."))
            if header[1] == "[[":
                counts[names] = counts.get(names, -1) + 1
            table = _with_indices(names, counts)
            yield number, table
            continue
        key = _KEY.match(line)
        if key:
            yield number, (*table, key[1].strip('"'))


def _with_indices(names: tuple[str, ...], counts: dict[tuple[str, ...], int]) -> KeyPath:
    path: list[str | int] = []
    for length, name in enumerate(names, 1):
        path.append(name)
        index = counts.get(names[:length])
        if index is not None:
            path.append(index)
    return tuple(path)
