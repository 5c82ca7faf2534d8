"""The words of a text that tell something about what fails."""

from __future__ import annotations

import re

_WORD = re.compile(r"[a-z][a-z0-9]{2,}")
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_COMMON = frozenset(
    _WORD.findall(
        "ago again all and answer any are been being but check could did does each every expected for from has have"
        " held how into intervals its last least less limit more most must name never not number off"
        " one only other out over own percent read run runs says see still than that the their them then there they"
        " this time use used value wanted was were what when which who will with within without would yet you"
    )
)
"""Words that say nothing about what fails."""


def telling_words(text: str) -> frozenset[str]:
    """Its words of three letters and more, in lower case, without those that say nothing."""
    return frozenset(_WORD.findall(text.lower())) - _COMMON


def identifier_words(name: str) -> frozenset[str]:
    """The words of an identifier: `CronStale`, `cron_stale` and `cron.stale` are cron and stale."""
    return frozenset(part.lower() for part in _PARTS.findall(name) if len(part) > 2) - _COMMON
