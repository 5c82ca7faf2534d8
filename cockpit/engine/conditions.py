"""Conditions in CEL, the Common Expression Language.

The one module that knows the CEL library, which takes 160 ms to import: it is imported at the first use. A
condition that names something missing is *unknown*, never true.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from cockpit.model.answers import Fact
from cockpit.model.errors import ConditionError
from cockpit.model.text import clean

if TYPE_CHECKING:
    import cel

LONGEST = 2_000
"""Characters of a condition at the most; the library crashes on far longer ones."""

Lookup: TypeAlias = Callable[[str], dict[str, Fact]]
"""A function that conditions may call: from a name to what is known under it; empty when nothing is."""
Names: TypeAlias = Mapping[str, "Fact | Lookup"]
"""What a condition may refer to."""

_FAULTS = (LookupError, RuntimeError, TypeError, ValueError, ArithmeticError, AttributeError)


def parse(text: str) -> cel.Program:
    """Compile a condition; the same text is compiled once.

    Raises:
        ConditionError: with the place where it is wrong.
    """
    if len(text) > LONGEST:
        raise ConditionError(f"a condition has {len(text):,} characters", f"keep it under {LONGEST:,}")
    return _compile(text)


@lru_cache(maxsize=1_000)
def _compile(text: str) -> cel.Program:
    import cel

    try:
        return cel.compile(text)
    except _FAULTS as error:
        raise ConditionError(f"the condition {clean(text, 200)!r} does not parse: {clean(str(error), 300)}") from error


def holds(text: str, names: Names) -> bool:
    """Whether a condition is true.

    Raises:
        ConditionError: when it does not parse, names something missing, or is neither true nor false.
    """
    value = evaluate(text, names)
    if isinstance(value, bool):
        return value
    raise ConditionError(f"the condition {clean(text, 200)!r} is neither true nor false")


def evaluate(text: str, names: Names) -> Fact:
    """The value of an expression.

    Raises:
        ConditionError: when it does not parse or names something missing.
    """
    import cel

    program = parse(text)
    context = cel.Context()
    for name, thing in names.items():
        if callable(thing):
            context.add_function(name, thing)
        else:
            context.add_variable(name, thing)
    try:
        value = program.execute(context)
    except KeyError as error:
        raise ConditionError(_missing(text, clean(str(error.args[0]) if error.args else "", 100))) from error
    except _FAULTS as error:
        raise ConditionError(_unfit(text, names, clean(str(error), 300).split(". ")[0])) from error
    return _plain(value)


def _missing(text: str, field: str) -> str:
    """What to say of a field that is not there: the path by which the condition names it."""
    paths = re.findall(rf"[\w.]*\.{re.escape(field)}\b", text)
    path = clean(paths[0], 200) if paths else field
    if path.startswith(("body.", "headers.")):
        return f"the answer has no field {path}"
    return f"there is no {path}, which the condition {clean(text, 200)!r} asks for"


def _unfit(text: str, names: Names, reason: str) -> str:
    """What to say of a condition that the library could not work out."""
    unknown = re.search(r"Undefined variable or function: '([^']+)'", reason)
    if unknown:
        return f"nothing here is called {unknown[1]}, which the condition {clean(text, 200)!r} asks for"
    for name, thing in names.items():
        used = re.search(rf"\b{re.escape(name)}\.[\w.]+", text)
        if thing is None and used:
            what = "the answer is not JSON, so it" if name == "body" else name
            return f"{what} has no field {clean(used[0], 200)}"
    if reason.startswith("No such overload"):
        return f"the condition {clean(text, 200)!r} compares or combines values that are not of one kind"
    return f"the condition {clean(text, 200)!r} cannot be judged: {reason}"


def _plain(value: object) -> Fact:
    """CEL's values as ours."""
    if value is None or isinstance(value, bool | int | float | str | datetime | timedelta):
        return value
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return str(value)
