"""One backend or statement looked at closely: locks, plan, statistics."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BackendLock:
    """A row of pg_locks.

    Attributes:
        kind: relation, transactionid, tuple, advisory, ...
        target: what is locked, in words.
        mode: AccessShareLock, RowExclusiveLock, ...
        granted: False while the backend waits for it.
        waited: seconds it has waited (PostgreSQL 14 on); None when it does not wait, or that is not told.
    """

    kind: str
    target: str
    mode: str
    granted: bool
    waited: float | None = None


@dataclass(frozen=True, slots=True)
class StatementStatistics:
    """A row of pg_stat_statements, summed over users of one database.

    Attributes:
        query_id: identifier of the statement.
        calls: executions.
        total, mean, worst: seconds.
        rows: rows returned or touched, all calls together.
        hits, reads: blocks of shared buffers found there, and asked for.
        temp_blocks: blocks of 8 kB written to temporary files.
        query: its text with $1 for values, cleaned.
        database, user: whose it is.
    """

    query_id: int
    calls: int
    total: float
    mean: float
    worst: float
    rows: int
    hits: int
    reads: int
    temp_blocks: int
    query: str
    database: str = ""
    user: str = ""

    @property
    def hit_ratio(self) -> float | None:
        """0..1; None when no block was needed."""
        return self.hits / (self.hits + self.reads) if self.hits + self.reads else None


@dataclass(frozen=True, slots=True)
class Statements:
    """What pg_stat_statements says.

    Attributes:
        top: the statements that took longest altogether, the first first.
        missing: why there are none and what to do about it, one sentence; "" when there are some.
    """

    top: tuple[StatementStatistics, ...] = ()
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What EXPLAIN said.

    Attributes:
        lines: the plan; empty when there is none.
        note: how it was made, or why there is none, one sentence.
    """

    lines: tuple[str, ...] = ()
    note: str = ""
