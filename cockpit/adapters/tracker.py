"""Something to do, opened where the team keeps such things, by a command line of the configuration."""

from __future__ import annotations

import time
from pathlib import Path

from cockpit.adapters.shell_process import run_line
from cockpit.engine.communication import TRACKER
from cockpit.model.actions import Permit, Prepared, Preview, PreviewFact
from cockpit.model.answers import Answer
from cockpit.model.errors import SourceError, SourceRefused
from cockpit.model.identities import EndpointIdentity, Identity
from cockpit.model.operations import Operation, SendMessage, ShellCommand
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.readings import SourceId
from cockpit.model.text import clean


class TrackerExecutor:
    """Fulfils `Executor`: the command finds $TITLE and $BODY in its environment; not built for an observer.

    Args:
        command: the command line.
        folder: where it runs.
    """

    def __init__(self, command: str, folder: Path) -> None:
        self._command = command
        self._folder = folder

    @property
    def id(self) -> SourceId:
        """The target."""
        return TRACKER

    async def prepare(self, operation: Operation) -> Prepared:
        """Say which command would run with what; runs nothing.

        Raises:
            SourceRefused: when the operation is no message.
        """
        message = _message(operation)
        facts = (PreviewFact("runs", clean(self._command)), PreviewFact("$TITLE", clean(message.title)))
        text = tuple(clean(line) for line in message.text.splitlines())
        return Prepared(message, self._identity(), Preview("will open one item", facts, text, count=1), "tracker")

    async def identify(self, operation: Operation) -> Identity | None:
        """The command itself."""
        return self._identity()

    async def execute(self, permit: Permit) -> Outcome:
        """Run the command once; one that had to be stopped has an unknown outcome."""
        started, seconds = time.monotonic(), permit.action.timeout
        try:
            message = _message(permit.action.operation)
            variables = (("TITLE", message.title), ("BODY", message.text))
            finished = await run_line(ShellCommand(self._command, variables, str(self._folder)), seconds)
        except SourceError as error:
            return Outcome(OutcomeKind.FAILED, error.what, duration=time.monotonic() - started)
        last = next((line for line in reversed(finished.lines) if line.strip()), "")
        answer = Answer(lines=finished.lines, exit_code=finished.exit_code)
        took = time.monotonic() - started
        if finished.timed_out:
            said = f"the tracker's command did not end within {seconds:g} s; look there before you open it again"
            return Outcome(OutcomeKind.UNKNOWN, said, answer=answer, duration=took)
        if finished.exit_code != 0:
            said = f"the tracker's command ended with exit code {finished.exit_code}: {last}"
            return Outcome(OutcomeKind.FAILED, said, answer=answer, duration=took)
        return Outcome(OutcomeKind.SUCCEEDED, last or "opened", answer=answer, duration=took)

    def _identity(self) -> EndpointIdentity:
        return EndpointIdentity(clean(self._command))


def _message(operation: Operation) -> SendMessage:
    if not isinstance(operation, SendMessage):
        raise SourceRefused("the tracker takes messages only")
    return operation
