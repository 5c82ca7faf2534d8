"""Changes PostgreSQL: sessions cancelled or ended, statements executed. Never built for an observer."""

from __future__ import annotations

import time
from dataclasses import replace

from cockpit.adapters.postgres_changes import execute_change, identify_change, prepare_change
from cockpit.adapters.postgres_connection import PostgresConnection
from cockpit.adapters.postgres_reader import JudgeSql
from cockpit.adapters.postgres_signals import exact_list, execute_signal, identify_signal, prepare_signal
from cockpit.model.actions import Permit, Prepared
from cockpit.model.errors import CockpitError, SourceRefused
from cockpit.model.identities import Identity, RowsIdentity
from cockpit.model.operations import CancelBackends, Operation, SignalMatchingBackends, SqlStatement, TerminateBackends
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.readings import SourceId

LOOK_TIMEOUT = 10.0
"""Seconds for looking at a target."""


class PostgresExecutor:
    """Fulfils `Executor`.

    Args:
        connection: for this purpose alone, so that nothing else waits behind a change.
        judge: tells whether a condition only reads, before it is asked for a preview.
    """

    def __init__(self, connection: PostgresConnection, judge: JudgeSql) -> None:
        self._connection = connection
        self._judge = judge

    @property
    def id(self) -> SourceId:
        """The source it changes."""
        return self._connection.id

    async def prepare(self, operation: Operation) -> Prepared:
        """Look at the target without touching it: exact targets, identity, preview.

        Raises:
            SourceError: when the target does not exist or cannot be looked at.
        """
        match operation:
            case SignalMatchingBackends():
                exact = await exact_list(self._connection, operation, self._judge, LOOK_TIMEOUT)
                return await prepare_signal(self._connection, exact, LOOK_TIMEOUT)
            case CancelBackends() | TerminateBackends():
                return await prepare_signal(self._connection, operation, LOOK_TIMEOUT)
            case SqlStatement():
                return await prepare_change(self._connection, operation, self._judge, LOOK_TIMEOUT)
            case _:
                raise self._not_mine(operation)

    async def identify(self, operation: Operation) -> Identity | None:
        """The identity of the prepared operation's targets as they are now; None when they are gone.

        Raises:
            SourceError: when that cannot be found out.
        """
        match operation:
            case CancelBackends() | TerminateBackends():
                return await identify_signal(self._connection, operation, LOOK_TIMEOUT)
            case SqlStatement():
                return await identify_change(self._connection, operation, self._judge, LOOK_TIMEOUT)
            case _:
                raise self._not_mine(operation)

    async def execute(self, permit: Permit) -> Outcome:
        """Do it once; what went wrong is in the outcome."""
        action, started = permit.action, time.monotonic()
        try:
            match action.operation:
                case CancelBackends() | TerminateBackends():
                    outcome = await execute_signal(self._connection, action.operation, action.timeout)
                case SqlStatement():
                    expected = action.identity.count if isinstance(action.identity, RowsIdentity) else None
                    outcome = await execute_change(
                        self._connection, action.operation, expected, action.timeout, action.patience
                    )
                case _:
                    raise self._not_mine(action.operation)
        except CockpitError as error:
            outcome = Outcome(OutcomeKind.FAILED, str(error))
        return replace(outcome, duration=time.monotonic() - started)

    async def close(self) -> None:
        """Let go of the connection; never raises."""
        await self._connection.close()

    def _not_mine(self, operation: Operation) -> SourceRefused:
        return SourceRefused(f"{self.id} cannot carry out a {type(operation).__name__}")
