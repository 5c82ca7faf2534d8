"""Values for placeholders: which are needed, which are missing, and how they go into the parts of a command."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import quote, quote_plus

from cockpit.model.errors import RunbookError
from cockpit.model.runbook import Command
from cockpit.runbook.placeholders import Placeholder, find, replace

_BASE = 0xF0000
_MARKS = re.compile("[\U000f0000-\U000fffff]")


class Template:
    """A command's text with every placeholder replaced by one private character, and the values for them.

    Parsers of words, URLs and headers read `marked` and cannot be misled by a value, because there is none in
    it yet; `fill` puts the values into the finished parts.

    Args:
        text: the text with placeholders.
        places: where they are.
        values: name to value.

    Raises:
        RunbookError: when a value is missing, or the text holds the private characters itself.
    """

    def __init__(self, text: str, places: Sequence[Placeholder], values: Mapping[str, str]) -> None:
        missing = list(dict.fromkeys(place.name for place in places if place.name not in values))
        if missing:
            raise RunbookError(f"the command still waits for {', '.join(missing)}", "give each a value first")
        if _MARKS.search(text):
            raise RunbookError(
                "the command holds characters that are reserved for placeholders", "remove them from the file"
            )
        self._values = [values[place.name] for place in places]
        self.marked = replace(text, places, lambda index, _: chr(_BASE + index))

    def fill(self, part: str, encode: Callable[[str], str] = str) -> str:
        """A part of the marked text with its values put in, each passed through `encode`."""
        return _MARKS.sub(lambda found: encode(self._values[ord(found[0]) - _BASE]), part)

    def holds(self, part: str) -> bool:
        """True when a part waits for a value."""
        return _MARKS.search(part) is not None


def known_names(command: Command) -> frozenset[str]:
    """The names that the reader found to be placeholders of a command."""
    return frozenset(command.placeholders)


def places_in(command: Command) -> tuple[Placeholder, ...]:
    """The placeholders of a command's text."""
    return find(command.text, command.kind, known_names(command))


def url_value(value: str) -> str:
    """A value as part of a path or query: everything that has a meaning in a URL is percent-encoded.

    Raises:
        RunbookError: when it holds `.` or `..` between slashes, which some servers follow even when encoded.
    """
    if any(segment in (".", "..") for segment in re.split(r"[/\\]", value)):
        raise RunbookError("a value would lead the request to another path", "use a value without . and ..")
    return quote(value, safe="", errors="replace")


def form_value(value: str) -> str:
    """A value as part of a form body."""
    return quote_plus(value, errors="replace")


def json_value(value: str) -> str:
    """A value inside a JSON text's quotes."""
    return json.dumps(value)[1:-1]


def header_value(value: str) -> str:
    """A value inside a header.

    Raises:
        RunbookError: when it holds a line break or another control character.
    """
    if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value):
        raise RunbookError("a value for a header holds a control character", "use a value without line breaks")
    return value
