"""The cockpit's configuration file for a range."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_JOBS: Final = (
    ("recalculate", "5m", "CRON_RECALCULATE"),
    ("billing-reconcile", "10m", ""),
    ("enrich", "15m", "ENRICHMENT"),
)
"""Name, interval and feature flag of each job of the service that has a lock worth watching."""

_CHANGES: Final = (
    {
        "name": "flags",
        "sql": "SELECT changed_at, flag || CASE WHEN enabled THEN ' on' ELSE ' off' END, actor FROM flag_audit"
        " ORDER BY changed_at DESC LIMIT 50",
        "kind": "flag",
        "every": "5s",
    },
    {
        "name": "migrations",
        "sql": "SELECT applied_at, version FROM schema_migrations ORDER BY applied_at DESC LIMIT 50",
        "kind": "migration",
    },
)

_BLOCKED: Final = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE cardinality(pg_blocking_pids(pid)) > 0 AND now() - query_start > interval '5 seconds'"
)
"""Sessions that somebody else has held up for longer than two customers who want the same order."""
_ERRORS: Final = 'http_requests_total{code=~"5..",path!~"/healthz|/readyz|/metrics|/api/(health|selftest)"}'
"""Requests of customers and providers that failed; what watches the service is left out."""
_FAILED_EVENTS: Final = (
    "SELECT count(*) FROM stripe_webhook_events WHERE status = 'failed' AND received_at > now() - interval '5 minutes'"
)


@dataclass(frozen=True, slots=True)
class ConfigurationFacts:
    """What the file is made of.

    Attributes:
        base_url: of the service.
        operator_dsn, observer_dsn: PostgreSQL URLs.
        redis_url, redis_observer_url: Redis URLs.
        supervisor_socket: the supervisor's HTTP API.
        journal: where the cockpit keeps its record.
        runbooks: folder or file of runbooks.
        logs: log files by name.
        docker_host: address of a Docker Engine that answers, "" to leave Docker out.
    """

    base_url: str
    operator_dsn: str
    observer_dsn: str
    redis_url: str
    redis_observer_url: str
    supervisor_socket: Path
    journal: Path
    runbooks: Path
    logs: dict[str, Path] = field(default_factory=dict)
    docker_host: str = ""


def configuration_text(facts: ConfigurationFacts) -> str:
    """The whole file as TOML."""
    environment = "environments.sandbox"
    tables = [
        _table("", default="sandbox"),
        _table("[journal]", path=str(facts.journal)),
        _table(
            f"[{environment}]",
            label="SANDBOX",
            protected=False,
            service="shop",
            base_url=facts.base_url,
            runbooks=[str(facts.runbooks)],
        ),
        _table(
            f"[[{environment}.postgres]]",
            name="main",
            dsn=facts.operator_dsn,
            observer_dsn=facts.observer_dsn,
            every="1s",
        ),
        _table(
            f"[[{environment}.redis]]",
            name="kv",
            url=facts.redis_url,
            observer_url=facts.redis_observer_url,
            every="1s",
        ),
        _table(f"[[{environment}.processes]]", name="shop", socket=str(facts.supervisor_socket), every="1s"),
    ]
    if facts.docker_host:
        tables.append(_table(f"[[{environment}.docker]]", name="docker", host=facts.docker_host))
    tables += [_table(f"[[{environment}.logs]]", name=name, file=str(path)) for name, path in facts.logs.items()]
    tables += [_table(f"[[{environment}.changes]]", **told) for told in _CHANGES]
    tables += [_job(environment, *job) for job in _JOBS]
    tables += [_table(f"[[{environment}.checks]]", **check) for check in _checks()]
    return "\n".join(tables)


def _job(environment: str, name: str, every: str, flag: str) -> str:
    switches = {
        key: f"POST /admin/flags?flag={flag}&enabled={state}"
        for key, state in (("disable", "false"), ("enable", "true"))
        if flag
    }
    table = _table(
        f"[[{environment}.jobs]]",
        name=name,
        lock=f"lock:cron:{name}",
        every=every,
        lock_ttl="2h",
        max_run="1h",
        trigger=f"POST /api/cron/{name}",
        dry=f"POST /api/cron/{name}?dry=1",
        **switches,
    )
    of_job = f"FROM cron_runs WHERE job = '{name}'"
    columns = "id, worker, status, started_at, finished_at, rows_affected"
    runs = f"SELECT {columns} {of_job} ORDER BY started_at DESC LIMIT 10"
    questions = [
        ("last_run", "sql", f"SELECT max(finished_at) {of_job} AND status = 'done'"),
        ("last_result", "sql", f"SELECT status {of_job} ORDER BY started_at DESC LIMIT 1"),
        ("history", "sql", runs),
        ("contention", "redis", f"HGET stats:lock_contention {name}"),
        *([("flag", "sql", f"SELECT enabled FROM feature_flags WHERE name = '{flag}'")] if flag else []),  # noqa: S608
    ]
    return table + "".join(f"{key} = {{{kind} = {json.dumps(text)}}}\n" for key, kind, text in questions)


def _checks() -> list[dict[str, str]]:
    stale = {"ok": "intervals < 2.0"}
    return [
        {"name": "api.healthz", "http": "/healthz", "ok": "status == 200", "every": "1s"},
        {"name": "api.ready", "http": "/readyz", "ok": "status == 200", "every": "2s"},
        {
            "name": "api.latency",
            "metrics": "/metrics",
            "metric": "http_request_duration_seconds",
            "over": "30s",
            "warn": "p95 > 3.0",
            "every": "2s",
        },
        {"name": "db.connected", "http": "/api/health", "ok": "body.dbOk", "value": "body.dbOk", "every": "1s"},
        {
            "name": "db.connections",
            "connections": "main",
            "ok": "percent < 60.0",
            "warn": "percent >= 60.0 && percent < 75.0",
            "crit": "percent >= 75.0",
            "every": "1s",
        },
        {"name": "kv.connected", "http": "/api/health", "ok": "body.kvOk", "value": "body.kvOk", "every": "1s"},
        {"name": "cron.recalculate", "job": "recalculate", **stale, "every": "1s"},
        {"name": "cron.billing-reconcile", "job": "billing-reconcile", **stale, "every": "2s"},
        {
            "name": "cron.errors",
            "log": "worker",
            "pattern": " ERROR ",
            "over": "30s",
            "warn": "per_minute > 6.0",
            "every": "2s",
        },
        {"name": "billing.degraded", "http": "/api/health", "ok": "!body.billing.degraded", "every": "2s"},
        {
            "name": "migrations.current",
            "http": "/api/health",
            "ok": "body.migrations_current",
            "value": "body.migrations_current",
            "every": "5s",
        },
        {"name": "backup.age", "http": "/api/health", "ok": "body.backup_age_seconds < 93600.0", "every": "5s"},
        {"name": "writes.selftest", "http": "/api/selftest", "ok": "status == 200", "every": "3s"},
        {
            "name": "requests.failed",
            "metrics": "/metrics",
            "metric": _ERRORS,
            "over": "30s",
            "ok": "percent < 3.0",
            "every": "2s",
        },
        {"name": "sessions.blocked", "sql": _BLOCKED, "ok": "value == 0", "every": "2s"},
        {"name": "webhooks.failed", "sql": _FAILED_EVENTS, "ok": "value == 0", "every": "3s"},
    ]


def _table(header: str, **values: str | bool | list[str]) -> str:
    """One table; JSON's strings, lists and booleans are TOML's too."""
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    return "\n".join([*([header] if header else []), *lines]) + "\n"
