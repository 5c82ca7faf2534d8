"""What the service says of itself."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import psycopg

from cockpit.model.health import Json
from cockpit.sandbox.shop.jobs import JOBS, ages
from cockpit.sandbox.shop.keys import HEARTBEAT
from cockpit.sandbox.shop.kv import Kv, KvError
from cockpit.sandbox.shop.pool import Connection, connect
from cockpit.sandbox.shop.service import MIGRATION, Service

_GOOD_FOR = 0.5
_FAILED_EVENTS = "SELECT count(*) FROM stripe_webhook_events WHERE status = 'failed'"
_VERSION = "SELECT max(version) FROM schema_migrations"
_BACKUP = "SELECT extract(epoch FROM now() - max(taken_at))::float8 FROM backups WHERE status = 'done'"
_JOBS_OLD = 60.0


@dataclass(frozen=True, slots=True)
class Probe:
    """One look at what the service depends on.

    Attributes:
        database: "" when a new session could be opened, else why not.
        kv: "" when Redis answered, else why not.
        ages: seconds since each job last finished.
        failed_events: payment events that could not be processed; None when not known.
        version: schema version; "" when not known.
        backup_age: seconds since the last backup; None when not known.
        heartbeat_age: seconds since a worker last looked for work; None when not known.
    """

    database: str = ""
    kv: str = ""
    ages: dict[str, float] = field(default_factory=dict)
    failed_events: int | None = None
    version: str = ""
    backup_age: float | None = None
    heartbeat_age: float | None = None

    @property
    def working(self) -> bool:
        """Whether the service can do its work."""
        return not (self.database or self.kv)

    def health(self, process: str) -> dict[str, Json]:
        """The body of /api/health; what is not known is null."""
        known = not self.database
        degraded: Json = None if self.failed_events is None else self.failed_events > 0
        return {
            "status": "ok" if self.working else "degraded",
            "process": process,
            "dbOk": known,
            "dbError": self.database or None,
            "kvOk": not self.kv,
            "kvError": self.kv or None,
            "billing": {"degraded": degraded, "failed_events": self.failed_events},
            "cron": {name: self._cron(name) for name in JOBS} if known else None,
            "migrations_current": self.version == MIGRATION if known else None,
            "backup_age_seconds": self.backup_age,
        }

    def _cron(self, name: str) -> Json:
        age, every = self.ages.get(name), JOBS[name].every
        return {
            "last_run_age_seconds": None if age is None else round(age, 1),
            "stale": age is None or age > 2 * every,
            "expected_every_seconds": every,
        }

    def readiness(self) -> tuple[bool, Json]:
        """Whether requests may be sent here, and the checks behind it."""
        beat = self.heartbeat_age
        checks: list[tuple[str, bool, dict[str, Json]]] = [
            ("database", not self.database, {"error": self.database or None}),
            ("kv", not self.kv, {"error": self.kv or None}),
            ("migrations", self.version == MIGRATION, {"version": self.version or None, "expected": MIGRATION}),
            ("jobs", beat is not None and beat < _JOBS_OLD, {"age_seconds": beat}),
        ]
        listed: list[Json] = [{"name": name, "ok": ok, "detail": detail} for name, ok, detail in checks]
        ready = all(ok for _, ok, _ in checks)
        return ready, {"status": "ready" if ready else "not ready", "checks": listed}


class Prober:
    """Looks at most twice a second, however many ask at once.

    The database counts as well when a *new* session can be opened: that is what every deployment and every other
    service needs, and a session that was opened in better times would say that all is well.
    """

    def __init__(self, service: Service, kv: Kv) -> None:
        self._service = service
        self._kv = kv
        self._turn = asyncio.Lock()
        self._last = Probe()
        self._taken = float("-inf")

    async def look(self) -> Probe:
        """The last probe, if it is young enough, or a new one."""
        async with self._turn:
            if time.monotonic() - self._taken > _GOOD_FOR:
                self._last = await self._probe()
                self._taken = time.monotonic()
            return self._last

    async def _probe(self) -> Probe:
        kv, heartbeat = await self._ask_kv()
        try:
            connection = await connect(self._service.database, self._service.name)
            try:
                return Probe(
                    kv=kv,
                    ages=await ages(connection),
                    failed_events=int(str(await _scalar(connection, _FAILED_EVENTS))),
                    version=str(await _scalar(connection, _VERSION)),
                    backup_age=float(str(await _scalar(connection, _BACKUP))),
                    heartbeat_age=heartbeat,
                )
            finally:
                await connection.close()
        except psycopg.Error as error:
            return Probe(database=short(error), kv=kv, heartbeat_age=heartbeat)

    async def _ask_kv(self) -> tuple[str, float | None]:
        try:
            beat = await self._kv.get(HEARTBEAT)
        except KvError as error:
            return short(error) or type(error).__name__, None
        return "", None if beat is None else round(max(0.0, time.time() - float(beat)), 1)


async def _scalar(connection: Connection, statement: str) -> object:
    row = await (await connection.execute(statement.encode())).fetchone()
    return row[0] if row else None


def short(error: Exception) -> str:
    """An error in one line."""
    return " ".join(str(error).split())
