"""Where a command still waits for a value: <name>, [name], {name}, YOUR_X, YYYYMMDD, :'name', $name."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cockpit.model.runbook import Kind

_EVERYWHERE = re.compile(
    r"""
      (?<![<\w=!-])<(?P<angle>[A-Za-z][\w./:@|-]*(?:[ ][\w./:@|'-]+){0,7})>(?!=)
    | (?P<angle_in_word>(?<=[\w/=:@.-])<[A-Za-z][\w-]*>)
    | \{\{[ ]*(?P<double>[A-Za-z][\w-]*)[ ]*\}\}
    | (?<![$%{@\w'])\{(?P<curly>[A-Za-z][\w-]*)\}(?!\})
    | (?P<curly_in_word>(?<=[\w/=:.-])(?<![$@%]){[A-Za-z][\w-]*})
    | (?<![\w\])$.\[])\[(?P<square>[A-Za-z][\w -]{1,40}[A-Za-z0-9])\](?![(\[\]*+?{])
    | (?<![A-Za-z0-9])(?P<your>YOUR[_-][A-Z0-9_-]*[A-Z0-9])(?![A-Za-z0-9])
    | (?<![A-Za-z])(?P<date>YYYY-?MM-?DD(?:[-_T ]?HH[:-]?mm[:-]?(?:ss)?|[-_T ]?HH[:-]?MM[:-]?(?:SS)?)?)(?![A-Za-z])
    | (?<![\w./\])])(?P<dots>\.\.\.|…)(?![\w./])
    """,
    re.VERBOSE,
)
_PSQL = re.compile(
    r"""(?<![:\w]):'(?P<literal>[A-Za-z_]\w*)'|(?<![:\w]):"(?P<identifier>[A-Za-z_]\w*)"|(?<![:\w\]]):(?P<bare>[A-Za-z_]\w*)"""
)
_SHORTHAND = re.compile(r"\bpg_(?:terminate|cancel)_backend\s*\(\s*(?P<name>pid|backend_pid)\s*\)", re.IGNORECASE)
"""`pg_terminate_backend(pid)` as people write it down; with a FROM it is a column."""
_DOLLAR = re.compile(r"(?<![\\$])\$(?:\{(?P<braced>[A-Za-z_]\w*)\}|(?P<plain>[A-Za-z_]\w*))")
_ANY = re.compile(r"[<{\[$:…]|YOUR|YYYY|\.\.\.|(?i:_backend)")
"""What every placeholder holds; a text without it, as most are, is not looked at more closely."""
_TEMPLATE_WORDS = frozenset({"range", "end", "else", "with", "print", "break"})
_SQL_WORDS = re.compile(r"\s(?:and|or|not|is|from|where|then|else|when)\s", re.IGNORECASE)
_HTML_WORDS = frozenset({"br", "p", "b", "i", "a", "em", "strong", "code", "details", "summary", "div", "span", "pre"})
_CHARACTER_CLASS = re.compile(r"(?:[a-z]-[a-z]|[A-Z]-[A-Z]|[a-zA-Z]-[a-zA-Z]0-9)+")
NATIVE = frozenset({Kind.SQL, Kind.REDIS, Kind.HTTP, Kind.QUERY})
"""Kinds whose text no shell reads: `$name` in lower case is a placeholder there."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One place in a text that waits for a value.

    Attributes:
        name: without its marks.
        start, end: where the marks begin and end in the text.
        style: "literal", "identifier" and "bare" are psql's forms, "variable" is $name, else "mark".
    """

    name: str
    start: int
    end: int
    style: str = "mark"


def find(text: str, kind: Kind, known: Collection[str] = ()) -> tuple[Placeholder, ...]:
    """The placeholders of a command, in order of appearance, without overlaps.

    Args:
        text: the command.
        kind: psql's `:name` counts only in SQL, `$name` without being known only where no shell reads.
        known: names that are declared inputs or captured values.
    """
    return _find(text, kind, frozenset(known))


@lru_cache(maxsize=4096)
def _find(text: str, kind: Kind, known: frozenset[str]) -> tuple[Placeholder, ...]:
    if _ANY.search(text) is None:
        return ()
    found = [_marked(match) for match in _EVERYWHERE.finditer(text) if _meant(match, text)]
    if kind is Kind.SQL:
        found = [place for place in found if _SQL_WORDS.search(place.name) is None]
        found += _psql_places(text)
        found += _shorthand(text)
    for match in _DOLLAR.finditer(text):
        name = match["braced"] or match["plain"]
        if name in known or (kind in NATIVE and name == name.lower()):
            found.append(Placeholder(name, match.start(), match.end(), "variable"))
    found.sort(key=lambda place: (place.start, -place.end))
    apart: list[Placeholder] = []
    for place in found:
        if not apart or place.start >= apart[-1].end:
            apart.append(place)
    return tuple(apart)


def names(places: Sequence[Placeholder]) -> tuple[str, ...]:
    """Their names, each once, in order of appearance."""
    return tuple(dict.fromkeys(place.name for place in places))


def variables(text: str) -> tuple[str, ...]:
    """The names of the $VARIABLES in a text, each once, in order."""
    return tuple(dict.fromkeys(match["braced"] or match["plain"] for match in _DOLLAR.finditer(text)))


def variable_places(text: str) -> tuple[Placeholder, ...]:
    """The $VARIABLES of a text as places to fill."""
    return tuple(
        Placeholder(match["braced"] or match["plain"], match.start(), match.end(), "variable")
        for match in _DOLLAR.finditer(text)
    )


def replace(text: str, places: Sequence[Placeholder], value_of: Callable[[int, Placeholder], str]) -> str:
    """The text with each place replaced by what `value_of(index, place)` gives."""
    parts: list[str] = []
    at = 0
    for index, place in enumerate(places):
        parts += [text[at : place.start], value_of(index, place)]
        at = place.end
    return "".join([*parts, text[at:]])


def mask(text: str, kind: Kind = Kind.SHELL) -> str:
    """The text with every placeholder replaced by a harmless word, so that a parser can read it."""
    return replace(text, find(text, kind), lambda index, _: f"PLACEHOLDER{index}")


def _marked(match: re.Match[str]) -> Placeholder:
    name = match[match.lastgroup or 0]
    return Placeholder(name.strip("<>{}").strip(), match.start(), match.end())


def _meant(match: re.Match[str], text: str) -> bool:
    group = match.lastgroup
    name = match[group or 0].strip("<>{}").strip()
    if group in ("double", "curly", "curly_in_word"):
        return name not in _TEMPLATE_WORDS
    if group == "square":
        return _CHARACTER_CLASS.fullmatch(name) is None
    if group in ("angle", "angle_in_word"):
        return name.lower() not in _HTML_WORDS and text[max(match.start() - 1, 0) : match.start()] != "<"
    return True


def _psql(match: re.Match[str]) -> Placeholder:
    style = match.lastgroup or "bare"
    return Placeholder(match[style], match.start(), match.end(), style)


def _shorthand(text: str) -> list[Placeholder]:
    """The `pid` of a signal to one session, which stands for a number there."""
    if re.search(r"\bfrom\b", text, re.IGNORECASE):
        return []
    return [Placeholder(match["name"], *match.span("name")) for match in _SHORTHAND.finditer(text)]


def _psql_places(text: str) -> list[Placeholder]:
    """Psql's marks; a bare `:name` inside a literal, such as a time of day, is none."""
    found: list[Placeholder] = []
    at = 0
    quotes = 0
    for match in _PSQL.finditer(text):
        quotes += text.count("'", at, match.start())
        at = match.start()
        if match.lastgroup != "bare" or quotes % 2 == 0:
            found.append(_psql(match))
    return found
