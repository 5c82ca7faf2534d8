"""SQL as text: its comments, literals and statements, and psql's marks, before PostgreSQL's parser reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import pglast
from pglast import ast

from cockpit.model.runbook import Kind
from cockpit.runbook import placeholders

_PIECE = re.compile(
    r"""
      (?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
    | (?P<dollar>\$(?P<tag>[A-Za-z_]\w*|)\$.*?(?:\$(?P=tag)\$|\Z))
    | (?P<escape>(?<!\w)[eE]'(?:[^'\\]|''|\\.)*(?:'|\Z))
    | (?P<literal>'(?:[^']|'')*(?:'|\Z))
    | (?P<identifier>"(?:[^"]|"")*(?:"|\Z))
    | (?P<end>;)
    """,
    re.VERBOSE | re.DOTALL,
)


TEXT_CAP = 20_000
"""Characters of one SQL command that are parsed."""
_COMMENTS_CAP = 100  # the parser needs quadratic time for comments inside comments


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of SQL: code, comment, dollar, escape, literal, identifier or end (a semicolon)."""

    kind: str
    start: int
    end: int


def pieces(text: str) -> Iterator[Piece]:
    """The stretches of a text, in order and without gaps."""
    at = 0
    for found in _PIECE.finditer(text):
        if found.start() > at:
            yield Piece("code", at, found.start())
        kind = next(name for name in ("comment", "dollar", "escape", "literal", "identifier", "end") if found[name])
        yield Piece(kind, found.start(), found.end())
        at = found.end()
    if at < len(text):
        yield Piece("code", at, len(text))


def statements(text: str) -> list[tuple[int, str]]:
    """The statements of a text with the offset of each, split at semicolons outside literals."""
    found: list[tuple[int, str]] = []
    start = 0
    for piece in pieces(text):
        if piece.kind == "end":
            found.append((start, text[start : piece.end]))
            start = piece.end
    found.append((start, text[start:]))
    return [(offset + len(part) - len(part.lstrip()), part.strip()) for offset, part in found if _code(part)]


def _code(text: str) -> bool:
    return any(piece.kind != "comment" and text[piece.start : piece.end].strip(" \n;") for piece in pieces(text))


def masked(text: str) -> str:
    """SQL that PostgreSQL's parser accepts: psql's and other marks become parameters or harmless words."""
    places = placeholders.find(text, Kind.SQL)
    if not places:
        return text
    inside = [(piece.start, piece.end) for piece in pieces(text) if piece.kind in ("literal", "escape", "dollar")]

    def word(index: int, place: placeholders.Placeholder) -> str:
        within = place.style == "mark" and any(start < place.start < end for start, end in inside)
        return "x" if within else f"${index + 1}"

    return placeholders.replace(text, places, word)


@lru_cache(maxsize=4096)
def parse(text: str) -> tuple[ast.Node, ...] | None:
    """The statements' syntax trees, None when PostgreSQL's parser rejects the text.

    Args:
        text: SQL with marks; NUL ends a text for the parser, so a text that holds one is rejected.
    """
    if "\x00" in text or len(text) > TEXT_CAP or text.count("/*") > _COMMENTS_CAP:
        return None
    for candidate in dict.fromkeys((masked(text), _as_name(text))):
        try:
            return tuple(raw.stmt for raw in pglast.parse_sql(candidate) if raw.stmt is not None)
        except pglast.parser.ParseError:
            continue
        except RecursionError:
            return None
    return None


def _as_name(text: str) -> str:
    """A mark that stands for a table or column cannot be a parameter; read it as a name then."""
    return placeholders.replace(text, placeholders.find(text, Kind.SQL), lambda index, _: f"placeholder_{index}")
