"""What the shipped runbooks must hold: the sources' procedures, their small things, and values to fill in."""

from __future__ import annotations

import re
from typing import Final

SOURCES: Final = {
    "a shop on a serverless host": """
        billing cron locks enrichment database-connections kv flags read-only rollback contact""",
    "procedures for a hosted database and front end": """
        triage bad-migration keys restore connections slow-queries corruption response-times memory cpu breach api-key
        contacts-and-levels review""",
    "an api under a process manager and a proxy": """
        first-response mitigation-options api connections webhooks memory-leak rate-limit resolution communication
        escalation useful-commands""",
    "a payments platform": """
        connection-exhaustion payment-failure webhook-attack circuit-breaker error-rate latency cache idempotency
        escalation-by-severity templates review dashboards""",
    "an index of short runbooks for containers": """
        quick-triage first-steps escalation-by-role break-glass rollback-deploy database-restore keeping-runbooks
        api-down backup-stale db-down disk-full mail-sms resources scheduler migrations webhooks redis-down""",
}
"""The procedures of the five source documents in their order, by our own short names."""

SMALL_THINGS: Final = {
    "api-down.md": "recent|git -C, 502, settings that the release expects, who listens, migration",
    "backup-stale.md": "26 hours, crontab -l, --compress, pg_restore --list, must be kept by law",
    "bad-migration.md": "automatic deployments, again, reset, take a backup",
    "billing-degraded.md": "limit=$batch, PREMIUM_PAYWALLS, signing secret",
    "break-glass.md": "ttl_minutes, X-Break-Glass-Token, reason",
    "cache.md": "tenant, coalescing, time to live, evicted",
    "circuit-breaker.md": "half-open, fallback, status page",
    "communication.md": "of 100 orders, 15 minutes, pay on delivery",
    "connection-limits.md": "pooling layer, read replica, larger plan, ALTER SYSTEM",
    "cron-stuck.md": "CRON_RECALCULATE, dry=1",
    "data-corruption.md": "read-only mode, Count what contradicts",
    "database-down.md": "paused, recover, disk, password",
    "disk-full.md": "85 %, prune, reclaimable, restored as a test, compliance",
    "emergency-rollback.md": "/admin/snapshots, point in time",
    "enrichment-failures.md": "limited, launch checklist, last_enriched, ENRICHMENT",
    "escalation.md": "30 minutes, 60 minutes, Finance owner, #alerts-critical, #alerts-warning, #alerts-info, Business",
    "feature-flags.md": "30 seconds, SCAN 0 MATCH flag:version:*, takes no pattern",
    "high-error-rate.md": "5 %, staging, traffic",
    "high-latency.md": "bundle:check, k6, storm of misses, histogram",
    "high-resource-usage.md": "80 %, 85 %, oom, limits, OomKill, better algorithm",
    "idempotency.md": "Expired keys, DELETE FROM idempotency_keys, double charges",
    "kv-rest.md": "KV_REST_API_URL, KV_REST_API_TOKEN, bound, plan",
    "lock-contention.md": "schedules overlap, time to live, smaller batches",
    "memory-leak.md": "heapdump, 1 GB",
    "messaging-provider.md": "EMAIL_MODE, SMS_MODE, dead letters, customer support",
    "migrations-not-current.md": "more than one head, not** downgrade",
    "mitigation-options.md": "hotfix, --scale, default_transaction_read_only",
    "payment-failure.md": "decline, success rate, double charges",
    "payment-webhooks.md": "SET status = 'received', send the events again, sync of payments, certificate, clock",
    "rate-limit.md": "nginx -t, limit_req_zone, geo, attack mode, fail2ban, monitoring",
    "redis-down.md": "evict, FLUSHALL is the wrong tool, REDIS_URL",
    "resolution-and-review.md": "15 minutes, 1 hour, revenue, 48 hours, owner and a date, reconciliation/health,"
    " has passed",
    "restore.md": "single tables, write-ahead log, restored once as a test, recovery_target_time",
    "rollback-deploy.md": "revert, --detach, deploy.sh, status --short",
    "rotating-keys.md": "service key, anonymous key, Language model, Payments, Text messages, Mail,"
    " build server's secrets",
    "scheduler-stale.md": "JOBS_ENABLED, JOB_HEARTBEAT_REQUIRED, clock, /replay, age_seconds",
    "slow-queries.md": "index, pg_cancel_backend, db-stats",
    "suspected-breach.md": "isolated, access.log, way in, Restore",
    "triage.md": "#incident-20260131-0315, incident commander, next sprint, selftest, test:rls, vercel ls",
    "useful-commands.md": "restart all, version(), free -h",
    "webhook-attack.md": "timestamp, tenant, block the addresses, five minutes",
    "api-key-compromise.md": "usage, integrations, fewer rights",
    "read-only-mode.md": "banner, administrators do is exempt",
}
"""What the sources mention in passing and on-call people miss when it is gone, by file."""

SAMPLES: Final = {
    "pid": "4711",
    "flag": "PREMIUM_PAYWALLS",
    "letter": "17",
    "reason": "INC-7 orders fail",
    "archive": "shop-20261120.dump",
    "table": "orders",
    "copy": "shop_restore_20261121",
    "old_backup": "shop-20260101.sql.gz",
    "old_log": "api.log.3.gz",
    "migration": "0003_outbox",
    "deployment": "https://shop-abc123.example.com",
    "good": "1a2b3c4",
    "bad": "5d6e7f8",
    "branch": "hotfix/incident-20261121",
    "message": "Refuse empty orders",
    "breaker": "stripe",
    "setting": "STRIPE_SECRET_KEY",
    "stamp": "20261121-0315",
    "OPENAI_API_KEY": "from-the-settings",
    "DATABASE_URL": "from-the-settings",
}
"""A value for each input without a default, and for each variable of a request."""

READING_REDIS: Final = frozenset({"GET", "PTTL", "HGET", "HGETALL", "SCAN", "INFO", "PING", "DBSIZE", "SLOWLOG"})
"""The Redis commands that the runbooks use and that only read."""
READING_SHELL: Final = re.compile(
    r"""(?x)
    (?: df | du | free | uptime | last | ls | ss | tail | grep | awk | pg_isready | journalctl
      | crontab[ ]-l | timedatectl[ ]status | nginx[ ]-t | pg_restore[ ]--list
      | git[ ]-C[ ]/opt/shop[ ](?: log | show | status | branch | grep )
      | docker[ ](?: stats[ ]--no-stream | system[ ]df )
      | docker[ ]compose[ ]--project-directory[ ]/opt/shop[ ](?: ps | config )
      | pm2[ ]list | vercel[ ](?: ls | env[ ]ls ) | stripe[ ]balance[ ]retrieve | fail2ban-client[ ]status
      | alembic[ ](?: current | heads | check )
    )(?:[ ].*)?""",
    re.DOTALL,
)
"""The shell commands that the runbooks use and that only read."""
SAID_FINAL: Final = re.compile(
    r"cannot be undone|nothing to undo|no undo|no way back|does not come back|cannot be taken back"
    r"|take it back|go back|take that back|cannot be given back|cannot be called back|are lost|is lost"
    r"|rolled back|no harm|stays? processed|opens again by itself|go forward again|would have to be undone",
    re.IGNORECASE,
)
"""How a runbook says in words that a change has no step that undoes it."""
NOT_SERVED_YET: Final = frozenset(
    {
        "/admin/audit",
        "/admin/billing",
        "/admin/snapshots",
        "/functions/v1/db-stats",
        "/v1/admin/queue/dlq",
    }
)
"""Paths that the design gives to the sample service and that it does not answer yet."""
CHECKS: Final = """
    requests.failed api.healthz api.ready writes.selftest backup.age migrations.current
    sessions.blocked db.connected db.connections kv.connected cron.recalculate
    cron.billing-reconcile billing.degraded webhooks.failed
"""
"""The checks of the sandbox, by name."""
_NO_ANSWER = (
    "api.healthz api.ready writes.selftest backup.age migrations.current db.connected kv.connected billing.degraded"
)
OUTAGES: Final = (
    ("API down", _NO_ANSWER, "", ""),
    (
        "Database down",
        "api.healthz api.ready writes.selftest db.connected",
        "sessions.blocked db.connections billing.degraded cron.recalculate webhooks.failed",
        "",
    ),
    (
        "Database connection issues",
        "api.healthz api.ready writes.selftest sessions.blocked db.connected db.connections",
        "billing.degraded",
        "",
    ),
    ("Redis down", "requests.failed api.healthz api.ready writes.selftest kv.connected", "", ""),
    ("Blocked sessions", "requests.failed writes.selftest sessions.blocked", "", ""),
    ("Database read-only", "requests.failed writes.selftest", "", ""),
    ("Cron stuck", "cron.recalculate", "", "recalculate"),
    ("Feature flag emergency", "requests.failed", "", ""),
    ("Lock contention", "cron.billing-reconcile", "", "billing-reconcile"),
    ("Job scheduler stale", "api.ready cron.recalculate cron.billing-reconcile", "", ""),
    ("Migrations not current", "api.ready requests.failed migrations.current", "", ""),
    ("Backup stale", "backup.age", "", ""),
    ("Billing degraded", "billing.degraded", "", ""),
    ("Payment webhooks failing", "billing.degraded webhooks.failed", "", ""),
)
"""A procedure, the checks that are critical in its outage, those that are unknown, and the locks that are held."""
