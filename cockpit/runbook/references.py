"""Links by reference, `[words][name]` and `[name]`, written out as links with their target."""

from __future__ import annotations

import re
from collections.abc import Mapping

_CODE_OR_LINK = re.compile(
    r"(?P<code>(?<!`)(`+)(?!`).{1,2000}?(?<!`)\2(?!`))"
    r"|(?<![\\\]])\[(?P<words>[^\[\]\n]{1,300})\](?:\[(?P<name>[^\[\]\n]{0,300})\])?(?![\[(:])",
    re.DOTALL,
)


def targets(environment: Mapping[str, object]) -> dict[str, str]:
    """The targets of a document's references by their normal names.

    Args:
        environment: what markdown-it gathered while it parsed; it normalises names and targets itself.
    """
    found = environment.get("references")
    if not isinstance(found, dict):
        return {}
    return {
        name: said["href"]
        for name, said in found.items()
        if isinstance(name, str) and isinstance(said, dict) and isinstance(said.get("href"), str)
    }


def spelled_out(text: str, known: Mapping[str, str]) -> str:
    """The text with `[words](target)` in place of every reference that is defined; code spans stay.

    Args:
        text: inline Markdown.
        known: targets by normal name, as `targets` gives them.
    """
    if "[" not in text:
        return text

    def replace(match: re.Match[str]) -> str:
        if match["code"] is not None:
            return match[0]
        href = known.get(_normal(match["name"] or match["words"]))
        return match[0] if href is None else f"[{match['words']}]({href})"

    return _CODE_OR_LINK.sub(replace, text)


def _normal(name: str) -> str:
    # As markdown-it does it: space is one space, and case does not count (both ways, for letters such as the sharp s).
    return " ".join(name.split()).lower().upper()
