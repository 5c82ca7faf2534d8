"""Redis keys as a browser shows them: names, facts, and a bounded look at the value."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.model.text import clean


def key_text(raw: bytes) -> str:
    """A key's name as the cockpit carries it; bytes that are no UTF-8 survive the way back by `key_bytes`."""
    return raw.decode("utf-8", "surrogateescape")


def key_bytes(name: str) -> bytes:
    """The name as the server knows it."""
    return name.encode("utf-8", "surrogateescape")


def key_shown(name: str) -> str:
    r"""The name for the eye, cleaned; a byte that is no UTF-8 is written `\xff`."""
    return clean(key_bytes(name).decode("utf-8", "backslashreplace"))


def literal_key(name: str) -> str:
    """The name as a glob that matches nothing else."""
    return name.translate(_SPECIAL)


_SPECIAL = str.maketrans({char: f"\\{char}" for char in "*?[]\\"})


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One key of a page.

    Attributes:
        name: as `key_text` carries it.
        type: string, list, set, zset, hash, stream, or a module's own; "" when it may not be asked for.
        ttl: seconds left, None when it never expires.
        memory: bytes by MEMORY USAGE, None when not known.
        encoding: by OBJECT ENCODING, "" when not known.
    """

    name: str
    type: str
    ttl: float | None
    memory: int | None = None
    encoding: str = ""

    @property
    def shown(self) -> str:
        """The name for the eye."""
        return key_shown(self.name)


@dataclass(frozen=True, slots=True)
class KeyPage:
    """What one bounded look under a pattern found.

    Attributes:
        pattern: the glob.
        entries: the keys, as SCAN came upon them, each once.
        cursor: where the next look goes on, 0 when all has been seen.
        looked: keys that the server went through in this look, as far as known.
        seconds: how long it took.
        stopped: why it stopped before the end: "count", "time", or "".
        total: keys in the whole database, None when not known.
        notes: what a missing right hides, one sentence each, with the rule that grants it.
    """

    pattern: str
    entries: tuple[KeyEntry, ...]
    cursor: int
    looked: int
    seconds: float
    stopped: str = ""
    total: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyPreview:
    """A bounded look at one key's value.

    Attributes:
        name, type, ttl, memory, encoding: as in KeyEntry, read again.
        length: bytes of a string, elements of all else; None when not known.
        lines: the value, cleaned, already laid out.
        cut: how many bytes or elements are not shown.
        unit: of `length` and `cut`: bytes, elements, members, fields, entries.
        notes: what else there is to say, one sentence each.
    """

    name: str
    type: str
    ttl: float | None
    length: int | None
    lines: tuple[str, ...]
    cut: int = 0
    unit: str = ""
    memory: int | None = None
    encoding: str = ""
    notes: tuple[str, ...] = ()
