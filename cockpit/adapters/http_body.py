"""The body of an HTTP answer as cleaned text and as JSON."""

from __future__ import annotations

import codecs
import json

from cockpit.model.health import Json
from cockpit.model.text import clean, clean_block

_CHARSETS = ("utf-8", "utf-16", "iso8859", "latin", "ascii", "cp125", "koi8", "shift_jis", "euc", "gb", "big5")
BODY_CAP = 1_000_000
"""Bytes of a body that are read."""


def text_of(raw: bytes, charset: str | None, cut: bool) -> str:
    """The body as text; `charset` is what the server says, UTF-8 when it says nothing or nonsense."""
    shown = clean_block(raw.decode(_decoder(charset), "replace"), max(BODY_CAP, len(raw)))
    return f"{shown}\n… the rest is left out, {len(raw):,} bytes were read" if cut else shown


def _decoder(charset: str | None) -> str:
    """A codec that is safe on hostile bytes: others unpack archives or take quadratic time."""
    try:
        name = codecs.lookup(charset or "utf-8").name
    except LookupError:
        return "utf-8"
    return name if name.startswith(_CHARSETS) else "utf-8"


def json_of(raw: bytes, content_type: str) -> Json:
    """The body as JSON when it is JSON, with every string cleaned; else None."""
    start = raw.lstrip()[:1]
    if not start or ("json" not in content_type.lower() and start not in b'{["'):
        return None
    try:
        return _cleaned(json.loads(raw, parse_constant=_no_number))
    except (ValueError, RecursionError):
        return None


def _no_number(_word: str) -> None:
    """NaN and Infinity are no JSON (RFC 8259, section 6) and compare with nothing."""


def _cleaned(value: object) -> Json:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean(str(key)): _cleaned(item) for key, item in value.items()}
    return value if isinstance(value, bool | int | float) else None
