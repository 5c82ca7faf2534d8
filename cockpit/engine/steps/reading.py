"""One read on behalf of a step: asked until its condition holds, or as often as its author lets it fail."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from cockpit.config.durations import parse_duration
from cockpit.engine.conditions import Names, holds
from cockpit.engine.run import StepRecord
from cockpit.model.answers import Answer
from cockpit.model.errors import CockpitError, ConditionError
from cockpit.model.incident import StepState
from cockpit.model.ports import Clock
from cockpit.model.runbook import Command, Step

READ_TIMEOUT = 15.0
"""Seconds for a read, unless the author said otherwise."""
UNTIL_TIMEOUT = 180.0
"""Seconds for which a condition is waited for, unless the author said otherwise."""
FOLLOW_TIMEOUT = 3_600.0
"""Seconds after which a command that does not end by itself is stopped."""
TRIES_SHOWN = 20
"""Attempts that the record of a step keeps."""
_MOST_RETRIES = 10


@dataclass(frozen=True, slots=True)
class Plan:
    """How often and how long a read is tried.

    Attributes:
        until: the condition that is waited for, "" for none.
        expect: the condition that decides whether one answer is good, "" for none.
        every: seconds between two attempts.
        limit: seconds for all of them.
        one: seconds for a single one.
        retries: how often a failure is tried again.
    """

    until: str
    expect: str
    every: float
    limit: float
    one: float
    retries: int


def plan(step: Step, command: Command) -> Plan:
    """What the author wrote beside the command, else beside its step."""
    notes, around = command.annotations, step.annotations
    until = notes.until or around.until
    usual = UNTIL_TIMEOUT if until else FOLLOW_TIMEOUT if command.streaming else READ_TIMEOUT
    limit = seconds(notes.timeout or around.timeout, usual)
    retries = notes.retries or around.retries
    return Plan(
        until=until,
        expect=notes.expect or around.expect,
        every=seconds(notes.every or around.every, 5.0 if until else 1.0),
        limit=limit,
        one=min(limit, READ_TIMEOUT) if until else limit,
        retries=min(_MOST_RETRIES, int(retries)) if retries.isdigit() else 0,
    )


class Attempts:
    """Tries a read.

    Args:
        clock: tells the time.
        ask: asks once, within so many seconds.
        names: what a condition may refer to, given an answer.
        show: told the record after each attempt.
        stopping: set when a person wants no further attempt.
    """

    def __init__(
        self,
        clock: Clock,
        ask: Callable[[float], Awaitable[Answer]],
        names: Callable[[Answer], Names],
        show: Callable[[StepRecord], None],
        stopping: asyncio.Event,
    ) -> None:
        self._clock = clock
        self._ask = ask
        self._names = names
        self._show = show
        self._stopping = stopping
        self._tries: list[str] = []

    async def run(self, wanted: Plan) -> StepRecord:
        """Ask until it is good, given up, or stopped."""
        deadline = self._clock.monotonic() + wanted.limit
        attempts = 0
        while True:
            attempts += 1
            record = self._tried(await self._once(wanted, attempts), attempts)
            if record.state is StepState.DONE or (not wanted.until and attempts > wanted.retries):
                return record
            if not wanted.until and record.state is not StepState.FAILED:
                return record
            late = wanted.until and self._clock.monotonic() + wanted.every >= deadline
            if late or self._stopping.is_set():
                why = "stopped" if self._stopping.is_set() else "gave up"
                return replace(record, state=StepState.FAILED, note=f"{why} after {attempts} attempts: {record.note}")
            again = f"attempt {attempts}: {record.note}, again in {wanted.every:g} s"
            self._show(replace(record, state=StepState.RUNNING, note=again))
            await self._pause(wanted.every)

    async def _pause(self, length: float) -> None:
        try:
            async with asyncio.timeout(length):
                await self._stopping.wait()
        except TimeoutError:
            return

    def _tried(self, record: StepRecord, attempts: int) -> StepRecord:
        value = "" if record.answer is None or record.answer.value is None else f" ({str(record.answer.value)[:40]})"
        at: datetime = self._clock.now()
        self._tries.append(f"{attempts}  {at:%H:%M:%S}Z  {record.state.value}  {record.note}{value}".rstrip())
        return replace(record, tries=tuple(self._tries[-TRIES_SHOWN:]))

    async def _once(self, wanted: Plan, attempts: int) -> StepRecord:
        try:
            answer = await self._ask(wanted.one)
        except CockpitError as error:
            return StepRecord(StepState.FAILED, note=str(error), at=self._clock.now(), attempts=attempts)
        state, note = self._judged(wanted.until or wanted.expect, answer)
        return StepRecord(state, answer, note=note, at=self._clock.now(), attempts=attempts)

    def _judged(self, condition: str, answer: Answer) -> tuple[StepState, str]:
        if not condition:
            failed = (answer.status or 0) >= 400 or (answer.exit_code or 0) != 0
            return (StepState.FAILED, "it answered with an error") if failed else (StepState.DONE, "")
        try:
            good = holds(condition, self._names(answer))
        except ConditionError as error:
            return StepState.UNKNOWN, str(error)
        return (StepState.DONE, condition) if good else (StepState.FAILED, f"not yet: {condition}")


def seconds(text: str, otherwise: float) -> float:
    """A duration that the author wrote, or the given one when there is none or it cannot be read."""
    try:
        return parse_duration(text) if text else otherwise
    except ValueError:
        return otherwise
