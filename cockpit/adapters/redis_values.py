"""A bounded look at a value of each of Redis' types, laid out for the eye."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cockpit.adapters.redis_line import RedisLine
from cockpit.model.text import clean, clean_block, clean_bytes

STRING_CAP = 65_536
"""Bytes of a string that are fetched."""
ELEMENTS = 100
"""Elements of all else."""
ENTRIES = 20
"""Entries of a stream."""
ELEMENT_CAP = 300
"""Characters of an element that are shown."""
HEX_CAP = 2_048
"""Bytes that are shown in hexadecimal."""
_HEX_ROW = 16


@dataclass(frozen=True, slots=True)
class Preview:
    """A value as far as it was looked at: its length, the lines, what is not shown, and the unit of both."""

    length: int | None
    lines: tuple[str, ...]
    cut: int
    unit: str


Look: TypeAlias = Callable[[RedisLine, str], Awaitable[Preview]]


async def string(line: RedisLine, name: str) -> Preview:
    """JSON laid out, other text as it is, anything else in hexadecimal.

    Raises:
        SourceError: when the server cannot be asked; so do all looks here.
    """
    length, value = await line.send_all([("STRLEN", name), ("GETRANGE", name, 0, STRING_CAP - 1)])
    raw = value if isinstance(value, bytes) else b""
    whole = length if isinstance(length, int) else None
    lines, shown = text_lines(raw, complete=whole == len(raw))
    return Preview(whole, lines, (whole or len(raw)) - shown, "bytes")


async def list_(line: RedisLine, name: str) -> Preview:
    """The head of a list, numbered from 0."""
    length, items = await line.send_all([("LLEN", name), ("LRANGE", name, 0, ELEMENTS - 1)])
    return _elements(length, [f"{n:>4}  {shown(item)}" for n, item in enumerate(_items(items))], "elements")


async def set_(line: RedisLine, name: str) -> Preview:
    """Some members of a set, as SSCAN comes upon them."""
    length, page = await line.send_all([("SCARD", name), ("SSCAN", name, 0, "COUNT", ELEMENTS)])
    return _elements(length, [shown(item) for item in _scanned(page)[:ELEMENTS]], "members")


async def zset(line: RedisLine, name: str) -> Preview:
    """The members of a sorted set with the lowest scores."""
    length, items = await line.send_all([("ZCARD", name), ("ZRANGE", name, 0, ELEMENTS - 1, "WITHSCORES")])
    return _elements(
        length, [f"{shown(score):>16}  {shown(member)}" for member, score in _pairs(_items(items))], "members"
    )


async def hash_(line: RedisLine, name: str) -> Preview:
    """Some fields of a hash, as HSCAN comes upon them."""
    length, page = await line.send_all([("HLEN", name), ("HSCAN", name, 0, "COUNT", ELEMENTS)])
    pairs = _pairs(_scanned(page))[:ELEMENTS]
    widest = min(32, max((len(shown(key)) for key, _ in pairs), default=0))
    return _elements(length, [f"{shown(key):<{widest}}  {shown(value)}" for key, value in pairs], "fields")


async def stream(line: RedisLine, name: str) -> Preview:
    """The newest entries of a stream, newest first."""
    length, items = await line.send_all([("XLEN", name), ("XREVRANGE", name, "+", "-", "COUNT", ENTRIES)])
    lines = []
    for item in _items(items):
        match item:
            case [bytes() as at, list() as fields]:
                told = " ".join(f"{shown(key)}={shown(value)}" for key, value in _pairs(fields))
                lines.append(f"{clean_bytes(at)}  {told}")
    return _elements(length, lines, "entries")


async def unknown_type(line: RedisLine, name: str) -> Preview:
    """A type of a module, or one that may not be asked for."""
    return Preview(None, ("there is no preview for this type",), 0, "")


PREVIEWS: Mapping[str, Look] = {
    "string": string,
    "list": list_,
    "set": set_,
    "zset": zset,
    "hash": hash_,
    "stream": stream,
}


def text_lines(raw: bytes, *, complete: bool) -> tuple[tuple[str, ...], int]:
    """A value's lines and how many of its bytes they show.

    Args:
        raw: its beginning, or all of it.
        complete: whether that is all of it.
    """
    text = _text(raw, complete=complete)
    if text is None:
        return hex_lines(raw[:HEX_CAP]), min(len(raw), HEX_CAP)
    if complete and text[:1] in ("{", "["):
        try:
            text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
        except (ValueError, RecursionError):
            return tuple(clean_block(text).split("\n")), len(raw)
    return tuple(clean_block(text).split("\n")), len(raw)


def _text(raw: bytes, *, complete: bool) -> str | None:
    """The bytes as text; None when they are none. A character that the cap has cut through is dropped."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if complete or error.start < len(raw) - 3:
            return None
        text = raw[: error.start].decode("utf-8")
    return None if "\0" in text else text


def hex_lines(raw: bytes) -> tuple[str, ...]:
    """`00000000  7b 22 61 22  {"a"`: offset, bytes, and those of them that are printable ASCII."""
    lines = []
    for start in range(0, len(raw), _HEX_ROW):
        row = raw[start : start + _HEX_ROW]
        ascii_ = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{start:08x}  {row.hex(' '):<{_HEX_ROW * 3 - 1}}  {ascii_}")
    return tuple(lines)


def shown(item: object) -> str:
    r"""One element on one line, cleaned; a byte that is no UTF-8 is written `\xff`."""
    if not isinstance(item, bytes):
        return clean(str(item), ELEMENT_CAP)
    return clean(item[: ELEMENT_CAP * 4].decode("utf-8", "backslashreplace"), ELEMENT_CAP)


def _elements(length: object, lines: Sequence[str], unit: str) -> Preview:
    whole = length if isinstance(length, int) else None
    return Preview(whole, tuple(lines), max(0, (whole or 0) - len(lines)), unit)


def _items(reply: object) -> list[object]:
    return reply if isinstance(reply, list) else []


def _scanned(reply: object) -> list[object]:
    """The items of a page of SSCAN or HSCAN."""
    match reply:
        case [_, list() as items]:
            return items
        case _:
            return []


def _pairs(items: Sequence[object]) -> list[tuple[object, object]]:
    return list(zip(items[::2], items[1::2], strict=False))
