"""Which log lines are shown: filters by text, pattern, level, log and field; several, each on or off."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from cockpit.engine.log_fields import field as field_named
from cockpit.engine.log_fields import fields_of, shown
from cockpit.model.errors import ConfigError
from cockpit.model.logs import Level, LogLine

Test = Callable[[LogLine], bool]

_TERM = re.compile(r"-?(?:\"[^\"]*\"|/(?:[^/\\]|\\.)+/(?=\s|$)|\S+)")
_FIELD = re.compile(r"([A-Za-z_][\w.\-@]*)(>=|<=|!=|=|>|<|:)(.*)", re.DOTALL)
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    "!=": operator.ne,
}
PATTERN_REACH = 2_000
"""Characters of a line that a regular expression looks at: the time that it takes can grow with their square."""
GRAVITY = {Level.NONE: 0, Level.DEBUG: 0, Level.INFO: 1, Level.WARN: 2, Level.ERROR: 3}
"""How grave a level is."""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """One filter.

    Attributes:
        text: as it was typed, without the `!` in front of one that leaves out.
        out: True leaves out what fits, False shows only what fits.
        on: False while it is switched off.
        fits: whether a line fits.
    """

    text: str
    out: bool = False
    on: bool = True
    fits: Test = field(default=lambda line: True, compare=False, repr=False)

    @property
    def label(self) -> str:
        """As it is typed."""
        return f"!{self.text}" if self.out else self.text


def parse_filter(text: str) -> LogFilter:
    """Read a filter.

    Its terms must all fit: words, "several words", /regular expression/, `status>=500`, `user_id=17`,
    `msg:timeout` (contains), `level:warn` (and worse), `log:api`; a `-` turns a term round. A `!` in front of it
    all leaves out what fits.

    Raises:
        ConfigError: when a regular expression is wrong or could take for ever, or nothing is left to fit.
    """
    out = text.startswith("!")
    text = text.removeprefix("!").strip()
    terms = [_term(term) for term in _TERM.findall(text)]
    if not terms:
        raise ConfigError("a filter needs a word to look for", "type for example: timeout, /5\\d\\d/ or status>=500")
    return LogFilter(text, out, True, terms[0] if len(terms) == 1 else lambda line: all(fits(line) for fits in terms))


@dataclass(frozen=True, slots=True)
class LogWish:
    """Which lines are wanted.

    Attributes:
        filters: what fits one of those that show, and none of those that leave out, is shown.
        least: lines below this level are left out.
        hidden: names of logs that are switched off.
        context: lines shown before and after one that fits.
    """

    filters: tuple[LogFilter, ...] = ()
    least: Level = Level.NONE
    hidden: frozenset[str] = frozenset()
    context: int = 0

    @property
    def narrows(self) -> bool:
        """Whether level or filters leave anything out."""
        return self.least is not Level.NONE or any(one.on for one in self.filters)

    def passes(self, line: LogLine) -> bool:
        """Whether a line is wanted for itself."""
        if line.stream in self.hidden or GRAVITY[line.level] < GRAVITY[self.least]:
            return False
        showing = False
        found = False
        for one in self.filters:
            if not one.on or (found and not one.out):
                continue
            fits = one.fits(line)
            if one.out and fits:
                return False
            showing = showing or not one.out
            found = found or (fits and not one.out)
        return found or not showing

    def with_filter(self, added: LogFilter) -> LogWish:
        """The same with one filter more; one that is there already is switched on."""
        others = tuple(one for one in self.filters if one.label != added.label)
        return replace(self, filters=(*others, added))


def _term(word: str) -> Test:
    if word.startswith("-") and len(word) > 1:
        inner = _term(word[1:])
        return lambda line: not inner(line)
    if len(word) > 2 and word[0] == word[-1] == "/":
        return _pattern(word[1:-1])
    if word.startswith('"'):
        return _contains(word.strip('"'))
    named = _FIELD.fullmatch(word)
    return _field(named[1], named[2], named[3].strip('"')) if named else _contains(word)


def _contains(word: str) -> Test:
    wanted = word.casefold()
    return lambda line: wanted in line.text.casefold()


def _pattern(written: str) -> Test:
    if repeats_a_choice(written):
        raise ConfigError(
            f"/{written}/ could take for ever on a long line", "do not repeat a group that repeats something itself"
        )
    try:
        pattern = re.compile(written, re.IGNORECASE)
    except (re.error, RecursionError, OverflowError) as error:
        raise ConfigError(f"/{written}/ is no regular expression: {error}") from error
    return lambda line: pattern.search(line.text, 0, PATTERN_REACH) is not None


def repeats_a_choice(written: str) -> bool:
    """Whether a regular expression repeats a group that itself repeats or chooses: `(a+)+`, `(a|aa)*`.

    Such a one can try more ways than there are seconds in a year before it gives a hostile line up.
    """
    groups: list[bool] = []
    in_class = skip = False
    for position, character in enumerate(written):
        if skip:
            skip = False
        elif character == "\\":
            skip = True
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character == "(":
            groups.append(False)
        elif character == ")":
            choice = groups.pop() if groups else False
            if choice and written[position + 1 : position + 2] in ("+", "*", "{"):
                return True
            if groups:
                groups[-1] = groups[-1] or choice
        elif character in "|+*{" and groups:
            groups[-1] = True
    return False


def _field(name: str, sign: str, wanted: str) -> Test:
    if name == "log" and sign == ":":
        return lambda line: line.stream == wanted
    level = _level(wanted)
    if name == "level" and sign == ":" and level is not None:
        return lambda line: GRAVITY[line.level] >= GRAVITY[level]
    folded, number = wanted.casefold(), _number(wanted)
    if sign == ":":
        whole = f"{name}:{wanted}".casefold()
        return lambda line: folded in _text(line, name) or whole in line.text.casefold()
    compare, last = _COMPARE[sign], name.rpartition(".")[2]

    def fits(line: LogLine) -> bool:
        if last not in line.text and name not in ("level", "msg"):
            return False
        value = field_named(fields_of(line.text), name)
        if value is None:
            return False
        if number is not None and isinstance(value, float):
            return compare(value, number)
        same = shown(value).casefold() == folded
        return same if sign == "=" else not same if sign == "!=" else False

    return fits


def _text(line: LogLine, name: str) -> str:
    return shown(field_named(fields_of(line.text), name)).casefold()


def _level(word: str) -> Level | None:
    try:
        return Level(word.casefold())
    except ValueError:
        return None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
