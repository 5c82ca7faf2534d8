"""A written PromQL query and its values as one query."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cockpit.model.errors import RunbookError
from cockpit.model.operations import MetricQuery
from cockpit.model.runbook import Command
from cockpit.runbook.fill import places_in
from cockpit.runbook.placeholders import Placeholder
from cockpit.runbook.words import words

_WORD = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*|-?\d+(?:\.\d+)?|(?:\d+(?:ms|[smhdwy]))+")
"""What a value may be outside quotes: a name, a number or a duration."""
_KEYWORDS = words("and or unless on by without ignoring group_left group_right bool offset atan2 start end inf nan")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_QUOTES = "\"'`"


def resolve_query(command: Command, values: Mapping[str, str]) -> MetricQuery:
    """The query that a command stands for; a value stays a part of a text, a name or a number in it.

    Args:
        command: of kind query.
        values: for its placeholders.

    Raises:
        RunbookError: when a value is missing, or would make another query of it.
    """
    text, parts, at, quote = command.text, list[str](), 0, ""
    for place in places_in(command):
        before = text[at : place.start]
        quote = _quote_after(before, quote)
        parts += [before, _filled(place, quote, values)]
        at = place.end
    return MetricQuery("".join([*parts, text[at:]]))


def _quote_after(text: str, quote: str) -> str:
    """The quote that is open at the end of a text, "" when none is."""
    skip = False
    for character in text:
        if skip:
            skip = False
        elif character == "\\" and quote in ('"', "'"):
            skip = True
        elif quote:
            quote = "" if character == quote else quote
        elif character in _QUOTES:
            quote = character
    return quote


def _filled(place: Placeholder, quote: str, values: Mapping[str, str]) -> str:
    if place.name not in values:
        raise RunbookError(f"the command still waits for {place.name}", "give it a value first")
    value = values[place.name]
    if _CONTROL.search(value) or (quote == "`" and "`" in value):
        raise RunbookError(f"the value of {place.name} holds a character that would end its text", "use another value")
    if quote == "`":
        return value
    if quote:
        return value.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    if _WORD.fullmatch(value) is None or value.lower() in _KEYWORDS:
        raise RunbookError(
            f"the value of {place.name} stands outside quotes and is no name, number or duration", "use such a value"
        )
    return value
