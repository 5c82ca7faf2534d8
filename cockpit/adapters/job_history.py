"""The last runs of jobs, asked for when somebody looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cockpit.adapters.scalars import Question
from cockpit.model.answers import Answer
from cockpit.model.errors import SourceError


class JobHistories:
    """Fulfils `JobHistory`.

    Args:
        questions: by the job's name.
        deadline: seconds for an answer.
    """

    def __init__(self, questions: Mapping[str, Question], deadline: float) -> None:
        self._questions = questions
        self._deadline = deadline

    def knows(self, job: str) -> bool:
        """Whether there is a question for that job."""
        return job in self._questions

    async def runs(self, job: str, most: int) -> Answer:
        """The last runs, in the order of the answer.

        Args:
            job: its name.
            most: rows at the most.

        Raises:
            SourceError: when they could not be read, or nobody said how.
        """
        question = self._questions.get(job)
        if question is None:
            raise SourceError(f"nobody said how to read the runs of {job}", "add history to its table")
        answer = await question.reader.read(question.operation, self._deadline)
        rows = answer.rows or tuple((text,) for text in answer.lines)
        return replace(answer, columns=answer.columns or ("run",), rows=rows[:most])
