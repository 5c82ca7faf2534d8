"""PostgreSQL and Redis: a connection for each purpose, so that a slow one holds up no other."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from cockpit.adapters.job_history import JobHistories
from cockpit.adapters.job_runs import JobQuestions, JobRuns
from cockpit.adapters.postgres_activity import PostgresActivity
from cockpit.adapters.postgres_advisory import PostgresAdvisory
from cockpit.adapters.postgres_connection import PostgresConnection
from cockpit.adapters.postgres_figures import PostgresFigures
from cockpit.adapters.postgres_inspector import PostgresInspector
from cockpit.adapters.postgres_reader import PostgresReader
from cockpit.adapters.process_usage import owner_alive
from cockpit.adapters.redis_browser import RedisBrowser
from cockpit.adapters.redis_connection import RedisConnection
from cockpit.adapters.redis_line import RedisLine
from cockpit.adapters.redis_locks import RedisLocks
from cockpit.adapters.redis_reader import RedisReader
from cockpit.adapters.scalars import Question, ScalarSource, redis_question, sql_question
from cockpit.config.durations import parse_duration
from cockpit.config.secrets import Secret, resolve
from cockpit.config.settings import Check, Environment, Job, Postgres, Redis, ScalarQuery
from cockpit.model.errors import ConfigError
from cockpit.model.ports import Reader
from cockpit.model.readings import SourceId, SourceKind
from cockpit.runbook.redis_commands import READS
from cockpit.runbook.sql_risk import judge_sql
from cockpit.wiring.checks import job_plan, jobs_source, source_of
from cockpit.wiring.parts import Parts

JOBS_EVERY = "1s"
FIGURES, FIGURES_EVERY = "figures", "5s"


class Stores:
    """Builds what reads and changes the databases and Redis servers of an environment.

    Connections are few on purpose: when a database runs out of them, the operator has only the reserved ones.
    What is polled shares one, the steps of runbooks share one, and changes have one of their own.

    Args:
        parts: where sources, readers and executors go.
        environment: what is configured.
    """

    def __init__(self, parts: Parts, environment: Environment) -> None:
        self._parts = parts
        self._environment = environment
        self._plans = [job_plan(job) for job in environment.jobs]
        self._asking: dict[SourceId, Reader] = {}

    def add(self) -> None:
        """Put all of them into the parts.

        Raises:
            ConfigError: when an address leads nowhere or is none, or a check wants what is not there.
        """
        for postgres in self._environment.postgres:
            self._add_postgres(postgres)
        for redis in self._environment.redis:
            self._add_redis(redis)
        self._add_jobs()
        self._add_scalar_checks()

    def _add_postgres(self, settings: Postgres) -> None:
        source, timeout = SourceId(SourceKind.POSTGRES, settings.name), parse_duration(settings.timeout)
        dsn = self.postgres_dsn(settings)
        polled = PostgresConnection(source, dsn)
        self._parts.watch(PostgresActivity(polled, timeout), settings.every, settings.timeout)
        self._parts.watch(PostgresAdvisory(polled, timeout), settings.every, settings.timeout)
        self._parts.watch(PostgresFigures(polled, FIGURES, timeout), FIGURES_EVERY, settings.timeout)
        self._asking[source] = PostgresReader(polled, judge_sql)
        stepping = PostgresConnection(source, dsn)
        self._parts.inspectors[source] = PostgresInspector(stepping)
        reader = PostgresReader(stepping, judge_sql)
        self._parts.read(reader)
        self._parts.closers.append(reader.close)
        if self._parts.may_change:
            from cockpit.adapters.postgres_executor import PostgresExecutor

            executor = PostgresExecutor(PostgresConnection(source, dsn), judge_sql)
            self._parts.change(executor)
            self._parts.closers.append(executor.close)

    def _add_redis(self, settings: Redis) -> None:
        polled = self.redis_line(settings)
        locks = RedisLocks(polled, settings.lock_prefix, self._plans, self._parts.clock, owner_alive)
        self._parts.watch(locks, settings.every, settings.timeout)
        self._asking[polled.id] = RedisReader(polled, READS)
        steps = self.redis_line(settings)
        self._parts.read(RedisReader(steps, READS))
        self._parts.browsers[steps.id] = RedisBrowser(steps)
        self._parts.closers.append(steps.close)
        if self._parts.may_change:
            from cockpit.adapters.redis_executor import RedisExecutor

            self._parts.change(RedisExecutor(steps, self._plans, settings.lock_prefix, self._parts.clock, owner_alive))

    def _add_jobs(self) -> None:
        """What the configured jobs say of their runs."""
        questions = {job.name: self._questions_of(job) for job in self._environment.jobs}
        asked = {name: found for name, found in questions.items() if found != JobQuestions(over=found.over)}
        if asked:
            self._parts.watch(JobRuns(jobs_source(self._environment), asked, 3.0), JOBS_EVERY, "5s")
        histories = {job.name: job.history for job in self._environment.jobs if job.history is not None}
        if histories:
            self._parts.job_history = JobHistories(
                {name: self._question(q.sql, q.redis, q.on, f"job {name}") for name, q in histories.items()}, 5.0
            )

    def _questions_of(self, job: Job) -> JobQuestions:
        def question(query: ScalarQuery | None) -> Question | None:
            return self._question(query.sql, query.redis, query.on, f"job {job.name}") if query else None

        return JobQuestions(
            question(job.last_run),
            question(job.last_result),
            question(job.contention),
            question(job.flag),
            parse_duration(job.contended_over),
        )

    def _add_scalar_checks(self) -> None:
        """The sources of checks on a SQL scalar or a Redis reply."""
        for check in self._environment.checks:
            if check.sql is not None or check.redis is not None:
                question = self._question(check.sql or "", check.redis or "", check.on, f"check {check.name}")
                source = source_of(self._environment, check)
                deadline = parse_duration(check.timeout)
                self._parts.watch(ScalarSource(source, question, deadline), check.every, check.timeout)
            elif check.key is not None:
                self._add_key(check, check.key)

    def _add_key(self, check: Check, key: str) -> None:
        """The source of a check on a Redis key."""
        from cockpit.adapters.redis_key_probe import RedisKeyProbe

        reader = self._question("", "PING", check.on, f"check {check.name}").reader
        source, deadline = source_of(self._environment, check), parse_duration(check.timeout)
        self._parts.watch(RedisKeyProbe(source, reader, key, deadline), check.every, check.timeout)

    def _question(self, sql: str, redis: str, on: str, asker: str) -> Question:
        reader = self.reader_of(SourceKind.POSTGRES if sql else SourceKind.REDIS, on, asker)
        return sql_question(reader, sql) if sql else redis_question(reader, redis)

    def reader_of(self, kind: SourceKind, on: str, asker: str) -> Reader:
        """What asks the store of that kind and name, the first of the kind without a name.

        Raises:
            ConfigError: when there is none.
        """
        fitting = [source for source in self._asking if source.kind is kind and on in ("", source.name)]
        if not fitting:
            raise ConfigError(f"{asker} asks {kind.value} {on or ''}".rstrip() + ", which is not configured")
        return self._asking[fitting[0]]

    def postgres_dsn(self, settings: Postgres) -> Secret:
        """The address for this role.

        Raises:
            ConfigError: when its secret leads nowhere.
        """
        observing = not self._parts.may_change and bool(settings.observer_dsn)
        reference, key = (settings.observer_dsn, "observer_dsn") if observing else (settings.dsn, "dsn")
        return self._secret(reference, f"postgres.{settings.name}.{key}")

    def redis_line(self, settings: Redis) -> RedisLine:
        """A line of its own for one purpose, by Redis' protocol or over REST, with this role's account.

        Raises:
            ConfigError: when an address or a token is missing, or its secret leads nowhere.
        """
        deadline = parse_duration(settings.timeout)
        if not settings.rest_url:
            return RedisConnection(settings.name, self._redis_url(settings), deadline)
        from cockpit.adapters.redis_rest import RedisRest

        where = f"redis.{settings.name}"
        url = self._secret(settings.rest_url, f"{where}.rest_url")
        observing = not self._parts.may_change and bool(settings.observer_rest_token)
        key = "observer_rest_token" if observing else "rest_token"
        token = settings.observer_rest_token if observing else settings.rest_token
        if not token:
            raise ConfigError(f"redis {settings.name} has no {key}", f"add {key}, as env:KV_REST_API_TOKEN")
        return RedisRest(settings.name, url, self._secret(token, f"{where}.{key}"), deadline)

    def _redis_url(self, settings: Redis) -> Secret:
        observing = not self._parts.may_change and bool(settings.observer_url)
        reference, key = (settings.observer_url, "observer_url") if observing else (settings.url, "url")
        if not reference:
            raise ConfigError(f"redis {settings.name} has no url", "add url, or rest_url and rest_token")
        return self._secret(reference, f"redis.{settings.name}.{key}")

    def _secret(self, reference: str, where: str) -> Secret:
        """Follow a reference, and see to it that the value and the password in it never show."""
        secret = resolve(reference, where)
        password = urlsplit(secret.reveal()).password
        self._parts.secrets += [secret.reveal(), *([unquote(password)] if password else [])]
        return secret
