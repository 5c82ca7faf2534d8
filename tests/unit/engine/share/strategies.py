"""Hypothesis strategies for the values of the model, made from their annotations."""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from hypothesis import strategies as st

from cockpit.engine.share.values import TYPES
from cockpit.model.health import CheckResult, HealthSnapshot, HttpSample
from cockpit.model.readings import Reading, ReadingState, SourceId, SourceKind
from cockpit.model.share import Frame, Scene

TEXTS = st.text("abcdeé€汉 ", max_size=8)
"""Nothing in it is masked or cleaned away."""
TIMES = st.integers(0, 4 * 10**15).map(lambda us: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(microseconds=us))
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: st.integers(-(2**53), 2**53),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    bytes: TEXTS.map(str.encode),
    datetime: TIMES,
    type(None): st.none(),
}


def of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type as it is annotated."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return st.one_of(*map(of, arguments))
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return st.lists(of(arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(of, arguments))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    if dataclasses.is_dataclass(hint):
        return of_class(hint)
    return _PLAIN[hint]


def of_class(kind: Any, **fixed: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values of a frozen dataclass."""
    names = {field.name for field in dataclasses.fields(kind)} - set(fixed)
    hints = {name: hint for name, hint in typing.get_type_hints(kind).items() if name in names} if names else {}
    return st.deferred(lambda: st.builds(kind, **{name: of(hint) for name, hint in hints.items()}, **fixed))


http_samples = of_class(HttpSample, body=st.none())
values = st.one_of(st.none(), http_samples, *[of(kind) for name, kind in TYPES.items() if name != "http"])


def _reading(value: Any, source: SourceId, state: ReadingState, taken_at: datetime | None) -> Reading[object]:
    return Reading(source, state, value, taken_at, 0.5, "because", 2, None)


sources = st.builds(SourceId, st.sampled_from(SourceKind), TEXTS)
readings = st.builds(_reading, values, sources, st.sampled_from(ReadingState), st.none() | TIMES)
healths = st.lists(of(CheckResult), max_size=3).map(lambda found: HealthSnapshot(tuple(found)))
frames = st.builds(
    Frame,
    TIMES,
    st.booleans(),
    st.lists(readings, max_size=3, unique_by=lambda reading: reading.source).map(tuple),
    st.none() | healths,
    st.none() | of(Scene),
)
