"""The timeline as people read it: the entries of the record and the changes around them, what repeats joined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cockpit.config.durations import parse_duration
from cockpit.engine.changes import Noted
from cockpit.engine.chronicle import sentence
from cockpit.model.incident import EntryKind, JournalEntry

FLAPS = 4
"""Changes of one check's verdict, each soon after the other, that are told as one."""
SOON = timedelta(minutes=10)
"""How soon."""
CHANGE = "change"
"""The kind of what changed outside of the cockpit, beside the kinds of entries."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline: an entry, several changes of a verdict, or a change outside of the cockpit.

    Attributes:
        entries: the entries behind it, oldest first; empty for a change.
        noted: the change, None for entries.
    """

    entries: tuple[JournalEntry, ...] = ()
    noted: Noted | None = None

    @property
    def at(self) -> datetime:
        """UTC time of the last that it stands for."""
        return self.noted.change.at if self.noted is not None else self.entries[-1].at

    @property
    def kind(self) -> str:
        """The kind of its entries, or CHANGE."""
        return CHANGE if self.noted is not None else self.entries[-1].kind.value

    @property
    def key(self) -> object:
        """Its identity: the sequence of its entry, of the first one where several are joined, or that of the change."""
        if self.noted is not None:
            return (CHANGE, *self.noted.key)
        return self.entries[0].sequence if len(self.entries) == 1 else ("flaps", self.entries[0].sequence)

    @property
    def who(self) -> str:
        """Who did it, "" when that is not told."""
        return self.noted.change.who if self.noted is not None else self.entries[-1].actor

    @property
    def words(self) -> str:
        """What happened, one sentence."""
        if self.noted is not None:
            return f"{self.noted.change.kind}: {self.noted.change.what}"
        if len(self.entries) == 1:
            return sentence(self.entries[0])
        last = self.entries[-1]
        minutes = max(1, round((last.at - self.entries[0].at).total_seconds() / 60))
        check, verdict = last.payload.get("check"), last.payload.get("verdict")
        return f"{check}: changed {len(self.entries)} times in {minutes}m, last to {verdict}"


def moments(entries: Sequence[JournalEntry], noted: Iterable[Noted]) -> list[Moment]:
    """Entries and changes by time, the newest last; changes of a verdict that flaps are joined."""
    runs = _flaps(entries)
    joined = {entry.sequence for run in runs for entry in run}
    told = [Moment((entry,)) for entry in entries if entry.sequence not in joined]
    told += [Moment(tuple(run)) for run in runs]
    told += [Moment(noted=one) for one in noted]
    return sorted(told, key=lambda moment: (moment.at, moment.entries[-1].sequence if moment.entries else 0))


def _flaps(entries: Iterable[JournalEntry]) -> list[list[JournalEntry]]:
    """Runs of changes of one check's verdict, each soon after the one before."""
    runs: list[list[JournalEntry]] = []
    open_runs: dict[object, list[JournalEntry]] = {}
    for entry in entries:
        if entry.kind is not EntryKind.VERDICT:
            continue
        check = (entry.payload.get("environment"), entry.payload.get("check"))
        run = open_runs.get(check)
        if run is None or entry.at - run[-1].at > SOON:
            run = open_runs[check] = []
            runs.append(run)
        run.append(entry)
    return [run for run in runs if len(run) >= FLAPS]


@dataclass(frozen=True, slots=True)
class TimelineFilter:
    """What is shown.

    Attributes:
        kinds: only these, all when empty.
        without: none of these kinds.
        actor: part of who did it.
        check: part of a check's name.
        within: seconds before now, None for any time.
        words: each must occur.
        unwanted: none must occur.
    """

    kinds: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    actor: str = ""
    check: str = ""
    within: float | None = None
    words: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()

    def fits(self, moment: Moment, now: datetime) -> bool:
        """Whether it is shown."""
        kind = moment.kind
        if (self.kinds and kind not in self.kinds) or kind in self.without:
            return False
        if self.within is not None and (now - moment.at).total_seconds() > self.within:
            return False
        if self.check and not any(self.check in str(e.payload.get("check", "")).casefold() for e in moment.entries):
            return False
        text = f"{moment.words} {moment.who}".casefold()
        wanted = all(word in text for word in self.words) and not any(word in text for word in self.unwanted)
        return wanted and self.actor in moment.who.casefold()


KINDS = frozenset({CHANGE, *(kind.value for kind in EntryKind)})


def parse_timeline_filter(text: str) -> TimelineFilter:
    """A filter from words.

    Args:
        text: kinds (`note`, `verdict`, `change`; several mean any of them), `by:ada`, `check:api`, `since:30m`,
            plain text, and `-` before a kind or a text for what is not wanted.
    """
    kinds: set[str] = set()
    without: set[str] = set()
    words: list[str] = []
    unwanted: list[str] = []
    actor = check = ""
    within = None
    for word in text.casefold().split():
        name, _, value = word.partition(":")
        bare = word.removeprefix("-")
        if name == "by" and value:
            actor = value
        elif name == "check" and value:
            check = value
        elif name == "since" and (seconds := _seconds(value)) is not None:
            within = seconds
        elif bare in KINDS:
            (kinds if bare == word else without).add(bare)
        elif bare:
            (words if bare == word else unwanted).append(bare)
    return TimelineFilter(frozenset(kinds), frozenset(without), actor, check, within, tuple(words), tuple(unwanted))


def _seconds(text: str) -> float | None:
    try:
        return parse_duration(text)
    except ValueError:
        return None
