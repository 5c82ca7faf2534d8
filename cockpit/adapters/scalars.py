"""Single values for checks: a SQL scalar, a Redis reply, the last runs of jobs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cockpit.model.actions import Operation, RedisCommand, SqlStatement
from cockpit.model.errors import SourceError
from cockpit.model.health import Scalar
from cockpit.model.jobs import JobRun, JobsSnapshot
from cockpit.model.ports import Reader
from cockpit.model.readings import SourceId


@dataclass(frozen=True, slots=True)
class Question:
    """An operation that reads one value, and the reader that can ask it."""

    reader: Reader
    operation: Operation


def sql_question(reader: Reader, statement: str) -> Question:
    """A SQL query whose first cell is wanted."""
    return Question(reader, SqlStatement(statement.replace("%", "%%")))


def redis_question(reader: Reader, command: str) -> Question:
    """A Redis command whose reply is wanted, for example `LLEN queue:mail`."""
    return Question(reader, RedisCommand(tuple(command.split())))


class ScalarSource:
    """Asks one question at each fetch.

    Args:
        source: the id under which its readings are known.
        question: what to ask.
        deadline: seconds for the answer.
    """

    def __init__(self, source: SourceId, question: Question, deadline: float) -> None:
        self._source = source
        self._question = question
        self._deadline = deadline

    @property
    def id(self) -> SourceId:
        """Which question it is."""
        return self._source

    @property
    def server(self) -> str | None:
        """The source that it shares a server with tells that."""
        return None

    async def fetch(self) -> Scalar:
        """Ask once.

        Raises:
            SourceError: when the question could not be answered.
        """
        return Scalar((await self._question.reader.read(self._question.operation, self._deadline)).value)

    async def close(self) -> None:
        """Nothing to let go of: the reader is shared."""


class JobRuns:
    """Asks when each job last finished.

    Args:
        source: the id under which its readings are known.
        questions: job name to the question that tells it; the value must be a time, or nothing.
        deadline: seconds for each answer.
    """

    def __init__(self, source: SourceId, questions: Mapping[str, Question], deadline: float) -> None:
        self._source = source
        self._questions = questions
        self._deadline = deadline

    @property
    def id(self) -> SourceId:
        """Which source it is."""
        return self._source

    @property
    def server(self) -> str | None:
        """The source that it shares a server with tells that."""
        return None

    async def fetch(self) -> JobsSnapshot:
        """Ask for all jobs; one that cannot be told carries its problem.

        Raises:
            SourceError: when none of them could be told.
        """
        answers = await asyncio.gather(*(self._ask(name, q) for name, q in self._questions.items()))
        problems = [error for _, error in answers if error is not None]
        if problems and len(problems) == len(answers):
            raise problems[0]
        return JobsSnapshot(tuple(run for run, _ in answers))

    async def _ask(self, name: str, question: Question) -> tuple[JobRun, SourceError | None]:
        try:
            answer = await question.reader.read(question.operation, self._deadline)
        except SourceError as error:
            return JobRun(name, None, str(error)), error
        if answer.value is None:
            return JobRun(name, None), None
        moment = _as_time(answer.value)
        return (JobRun(name, moment) if moment else JobRun(name, None, f"{answer.value!r} is no time.")), None

    async def close(self) -> None:
        """Nothing to let go of: the readers are shared."""


def _as_time(value: object) -> datetime | None:
    """A time from ISO 8601 text or seconds since 1970; without a zone it counts as UTC."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        moment = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
