"""Single values for checks and jobs: a SQL scalar, a Redis reply."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.adapters.plain_source import PlainSource
from cockpit.model.health import Scalar
from cockpit.model.operations import Operation, RedisCommand, SqlStatement
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


class ScalarSource(PlainSource):
    """Asks one question at each fetch.

    Args:
        source: the id under which its readings are known.
        question: what to ask.
        deadline: seconds for the answer.
    """

    def __init__(self, source: SourceId, question: Question, deadline: float) -> None:
        super().__init__(source)
        self._question = question
        self._deadline = deadline

    async def fetch(self) -> Scalar:
        """Ask once.

        Raises:
            SourceError: when the question could not be answered.
        """
        return Scalar((await self._question.reader.read(self._question.operation, self._deadline)).value)
