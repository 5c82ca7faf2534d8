"""Which series of a /metrics page a check wants: `http_requests_total{code=~"5..",method!="GET"}`.

The notation is Prometheus's; its regular expressions match the whole value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from cockpit.model.errors import ConditionError
from cockpit.model.metrics import Sample

_WHOLE = re.compile(r"\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{(.*)\})?\s*", re.DOTALL)
_MATCHER = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(,|$)', re.DOTALL)
_ESCAPES = {"n": "\n", '"': '"', "\\": "\\"}
_PARTS = ("_bucket", "_sum", "_count")
"""What the samples of a histogram or summary add to its name."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on a label: its name, = or != or =~ or !~, and the value."""

    label: str
    operator: str
    value: str

    def fits(self, sample: Sample) -> bool:
        """Whether the sample's label is as wanted; a missing label is an empty one."""
        found = sample.label(self.label)
        if self.operator in ("=", "!="):
            return (found == self.value) is (self.operator == "=")
        return (re.fullmatch(self.value, found) is not None) is (self.operator == "=~")


@dataclass(frozen=True, slots=True)
class Selector:
    """A metric's name and the conditions on its labels."""

    name: str
    matchers: tuple[Matcher, ...] = ()

    def named(self, sample_name: str) -> bool:
        """Whether a sample belongs to the metric, its buckets, sum and count included."""
        return sample_name == self.name or (
            sample_name.startswith(self.name) and sample_name[len(self.name) :] in _PARTS
        )

    def fits(self, sample: Sample) -> bool:
        """Whether the labels are as wanted."""
        return all(matcher.fits(sample) for matcher in self.matchers)


@lru_cache(maxsize=500)
def parse_selector(text: str) -> Selector:
    """Read a selector.

    Raises:
        ConditionError: when it is none.
    """
    whole = _WHOLE.fullmatch(text)
    if whole is None:
        raise ConditionError(f"{text!r} selects no metric", 'write it like http_requests_total{code=~"5.."}')
    inside, at = whole[2] or "", 0
    matchers: list[Matcher] = []
    while inside[at:].strip():
        found = _MATCHER.match(inside, at)
        if found is None:
            raise ConditionError(f"{text!r} is wrong at {inside[at:].strip()!r}", 'write labels like code=~"5.."')
        value = re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[0]), found[3])
        matchers.append(_checked(Matcher(found[1], found[2], value), text))
        at = found.end()
    return Selector(whole[1], tuple(matchers))


def _checked(matcher: Matcher, text: str) -> Matcher:
    if "~" in matcher.operator:
        try:
            re.compile(matcher.value)
        except re.error as error:
            raise ConditionError(f"{text!r} has a wrong pattern for {matcher.label}: {error}") from error
    return matcher
