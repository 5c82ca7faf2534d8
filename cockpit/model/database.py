"""A PostgreSQL database beside its sessions: what it does per second, who replicates it, what is under way.

Source of facts: PostgreSQL's documentation, chapters "The Cumulative Statistics System" and "Progress Reporting".
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counters:
    """The row of pg_stat_database: counts since `reset`, which only ever grow between two resets.

    Attributes:
        commits, rollbacks: transactions.
        hits, reads: blocks found in shared buffers, and blocks that had to be asked for.
        inserted, updated, deleted: rows.
        temp_files, temp_bytes: files that sorts and hashes spilled into.
        deadlocks: as PostgreSQL detected them.
        reset: when the counts began, as the server writes it; "" when they never were reset.
    """

    commits: int
    rollbacks: int
    hits: int
    reads: int
    inserted: int
    updated: int
    deleted: int
    temp_files: int
    temp_bytes: int
    deadlocks: int
    reset: str = ""


@dataclass(frozen=True, slots=True)
class Rates:
    """What happened between two looks.

    Attributes:
        seconds: between the looks, by the server's clock.
        commits, rollbacks, inserted, updated, deleted, temp_bytes: per second.
        hit_ratio: 0..1; None when no block was needed.
        temp_files, deadlocks: how many in that time.
        growth: bytes per second, None when a size is not known.
    """

    seconds: float
    commits: float
    rollbacks: float
    inserted: float
    updated: float
    deleted: float
    temp_bytes: float
    hit_ratio: float | None
    temp_files: int
    deadlocks: int
    growth: float | None = None

    @property
    def transactions(self) -> float:
        """Transactions per second, ended either way."""
        return self.commits + self.rollbacks


@dataclass(frozen=True, slots=True)
class Replica:
    """A row of pg_stat_replication.

    Attributes:
        name: application_name of the walsender's client.
        client: its address, "" when hidden.
        state: streaming, catchup, ...; "" when hidden.
        sync: sync, async, quorum, potential.
        lag_seconds: replay_lag; None when there is nothing to measure, or it is hidden.
        lag_bytes: WAL that it has not replayed yet.
    """

    name: str
    client: str
    state: str
    sync: str
    lag_seconds: float | None
    lag_bytes: int | None


@dataclass(frozen=True, slots=True)
class Slot:
    """A row of pg_replication_slots.

    Attributes:
        name, kind: kind is physical or logical.
        active: whether somebody reads from it.
        retained: bytes of WAL that the server keeps for it; None when it keeps none.
        status: wal_status: reserved, extended, unreserved, lost; "" when none.
        xmin_age: transactions by which it holds vacuum back.
    """

    name: str
    kind: str
    active: bool
    retained: int | None
    status: str
    xmin_age: int | None


@dataclass(frozen=True, slots=True)
class Progress:
    """A command that reports how far it has come.

    Attributes:
        pid: who runs it.
        command: VACUUM, CREATE INDEX, ANALYZE, COPY FROM, ...
        relation: the table or index, as far as it has a name in this database.
        phase: as the server calls it.
        done: 0..1 of this phase, None when it cannot be told.
    """

    pid: int
    command: str
    relation: str
    phase: str
    done: float | None


@dataclass(frozen=True, slots=True)
class Standby:
    """How far a standby is behind.

    Attributes:
        lag_seconds: since the last replayed transaction while WAL waits; 0 when all of it is replayed; None
            when that cannot be told.
        lag_bytes: received and not replayed.
        receiving: whether a WAL receiver is connected; None when that is hidden.
    """

    lag_seconds: float | None
    lag_bytes: int | None
    receiving: bool | None


@dataclass(frozen=True, slots=True)
class DatabaseFigures:
    """One look at a database.

    Attributes:
        database: its name.
        server_version: server_version_num.
        at: seconds since the epoch by the server's clock.
        counters: as they stand.
        rates: since the look before; None at the first one.
        size: bytes; None when it cannot be told.
        replicas, slots, progress: as they are now.
        standby: how far this server is behind; None on a primary.
        prepared: transactions prepared for two-phase commit, in all databases of the server.
        oldest_prepared: seconds that the oldest of them is open; None when there is none.
        hidden: what could not be read and why, one sentence each.
    """

    database: str
    server_version: int
    at: float
    counters: Counters
    rates: Rates | None = None
    size: int | None = None
    replicas: tuple[Replica, ...] = ()
    slots: tuple[Slot, ...] = ()
    progress: tuple[Progress, ...] = ()
    standby: Standby | None = None
    prepared: int = 0
    oldest_prepared: float | None = None
    hidden: tuple[str, ...] = ()


def rates_between(before: DatabaseFigures, after: DatabaseFigures) -> Rates | None:
    """What happened between two looks; None when they cannot be compared.

    They cannot when no time went by, when it is another database, or when the counts were reset in between.
    """
    old, new, seconds = before.counters, after.counters, after.at - before.at
    went_back = any(getattr(new, name) < getattr(old, name) for name in _COUNTED)
    if seconds <= 0 or before.database != after.database or old.reset != new.reset or went_back:
        return None
    hits, reads = new.hits - old.hits, new.reads - old.reads
    sized = before.size is not None and after.size is not None
    return Rates(
        seconds,
        (new.commits - old.commits) / seconds,
        (new.rollbacks - old.rollbacks) / seconds,
        (new.inserted - old.inserted) / seconds,
        (new.updated - old.updated) / seconds,
        (new.deleted - old.deleted) / seconds,
        (new.temp_bytes - old.temp_bytes) / seconds,
        hits / (hits + reads) if hits + reads else None,
        new.temp_files - old.temp_files,
        new.deadlocks - old.deadlocks,
        ((after.size or 0) - (before.size or 0)) / seconds if sized else None,
    )


_COUNTED = ("commits", "rollbacks", "hits", "reads", "temp_files", "temp_bytes", "deadlocks")
