"""What jobs say of their runs: when they last finished, how, how often they found their lock held, whether they may."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cockpit.adapters.plain_source import PlainSource
from cockpit.adapters.scalars import Question
from cockpit.adapters.times import as_time
from cockpit.model.errors import SourceError
from cockpit.model.health import Json
from cockpit.model.jobs import JobRun, JobsSnapshot
from cockpit.model.readings import SourceId
from cockpit.model.text import clean

DETAILS_EVERY = 5.0
"""Seconds between two looks at all but the last run."""
_OFF = frozenset({"", "0", "off", "false", "no", "f", "none", "disabled"})


@dataclass(frozen=True, slots=True)
class JobQuestions:
    """What to ask about one job; None for what is not asked for.

    Attributes:
        last_run: a time, or nothing when it never ran.
        last_result: a text.
        contention: a counter that only grows.
        flag: whether the job is enabled.
        over: seconds back to which the counter is compared.
    """

    last_run: Question | None = None
    last_result: Question | None = None
    contention: Question | None = None
    flag: Question | None = None
    over: float = 900.0


@dataclass(slots=True)
class _Known:
    """What was found out about one job besides its last run."""

    result: str = ""
    enabled: bool | None = None
    counts: deque[tuple[float, float]] = field(default_factory=deque)
    problem: str = ""


class JobRuns(PlainSource):
    """Fulfils `Source[JobsSnapshot]`.

    Args:
        source: the id under which its readings are known.
        questions: by the job's name.
        deadline: seconds for each answer.
    """

    def __init__(self, source: SourceId, questions: Mapping[str, JobQuestions], deadline: float) -> None:
        super().__init__(source)
        self._questions = questions
        self._deadline = deadline
        self._known = {name: _Known() for name in questions}
        self._due = 0.0

    async def fetch(self) -> JobsSnapshot:
        """Ask for all jobs; one that cannot be told carries its problem.

        Raises:
            SourceError: when the last run of none of them could be told.
        """
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + DETAILS_EVERY
            await asyncio.gather(*(self._look(name, asked) for name, asked in self._questions.items()))
        answers = await asyncio.gather(*(self._last_run(name, q.last_run) for name, q in self._questions.items()))
        errors = [error for _, error in answers if error is not None]
        if errors and len(errors) == sum(1 for q in self._questions.values() if q.last_run is not None):
            raise errors[0]
        return JobsSnapshot(tuple(self._told(run) for run, _ in answers))

    async def _last_run(self, name: str, question: Question | None) -> tuple[JobRun, SourceError | None]:
        if question is None:
            return JobRun(name, None, asked=False), None
        try:
            value = await self._ask(question)
        except SourceError as error:
            return JobRun(name, None, str(error)), error
        if value is None:
            return JobRun(name, None), None
        moment = as_time(str(value))
        return (JobRun(name, moment) if moment else JobRun(name, None, f"{value!r} is no time.")), None

    async def _look(self, name: str, asked: JobQuestions) -> None:
        """Find out all but the last run; what cannot be told is a problem of the job, not of the source."""
        known = self._known[name]
        known.problem = ""
        try:
            if asked.last_result is not None:
                value = await self._ask(asked.last_result)
                known.result = "" if value is None else clean(str(value), 200)
            if asked.flag is not None:
                known.enabled = _on(await self._ask(asked.flag))
            if asked.contention is not None:
                self._count(known, await self._ask(asked.contention), asked.over)
        except SourceError as error:
            known.problem = str(error)

    @staticmethod
    def _count(known: _Known, value: Json, over: float) -> None:
        now = time.monotonic()
        try:
            number = float(str(value)) if value is not None else 0.0
        except ValueError:
            known.problem = f"{value!r} is no count."
            return
        if known.counts and number < known.counts[-1][1]:
            known.counts.clear()  # The counter began anew.
        known.counts.append((now, number))
        while len(known.counts) > 1 and known.counts[1][0] <= now - over:
            known.counts.popleft()

    def _told(self, run: JobRun) -> JobRun:
        known = self._known[run.name]
        first, last = (known.counts[0], known.counts[-1]) if len(known.counts) > 1 else ((0.0, 0.0), (0.0, 0.0))
        return replace(
            run,
            result=known.result,
            enabled=known.enabled,
            contended=int(last[1] - first[1]) if len(known.counts) > 1 else None,
            contended_over=last[0] - first[0],
            problem=run.problem or known.problem,
        )

    async def _ask(self, question: Question) -> Json:
        return (await question.reader.read(question.operation, self._deadline)).value


def _on(value: Json) -> bool | None:
    if value is None:
        return None
    return value if isinstance(value, bool) else str(value).strip().lower() not in _OFF
