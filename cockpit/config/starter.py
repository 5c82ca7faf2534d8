"""What `cockpit config init` prints."""

from __future__ import annotations

STARTER = """# The cockpit's configuration. `cockpit config check` says what is wrong with it.
# Secrets come by reference: "env:NAME", "file:PATH" or "cmd:COMMAND".

default = "prod"

[environments.prod]
label = "PROD"                  # the badge at the top left
protected = true                # refuses every change until `:unlock`; the default
service = "my-service"
base_url = "http://127.0.0.1:8080"
runbooks = ["docs/runbooks"]    # folders and files in Markdown, relative to this file

[[environments.prod.postgres]]
name = "main"
dsn = "env:DATABASE_URL"
# observer_dsn = "env:DATABASE_URL_RO"   # for `cockpit --observer`; `cockpit config init --observer` has the role

[[environments.prod.redis]]
name = "kv"
url = "env:REDIS_URL"
lock_prefix = "lock:"
# rest_url = "env:KV_REST_API_URL"        # in place of url: Redis over REST (Upstash, Vercel KV)
# rest_token = "env:KV_REST_API_TOKEN"

# [[environments.prod.docker]]
# name = "engine"               # an empty host takes the current Docker context
# host = "ssh://deploy@host"

[[environments.prod.logs]]
name = "app"
file = "/var/log/my-service/app.log"

[[environments.prod.jobs]]
name = "nightly"
lock = "lock:cron:nightly"
every = "24h"
lock_ttl = "2h"                 # the lock's full TTL: tells how long it has been held
max_run = "1h"                  # held for longer than this is stale
last_run = { sql = "SELECT max(finished_at) FROM cron_runs WHERE job = 'nightly'" }
# cron = "30 2 * * *"           # in place of every; zone = "Europe/Berlin"
# trigger = "POST /api/cron/nightly"
# dry = "POST /api/cron/nightly?dry=1"    # must change nothing: it is sent before the question
# disable = "POST /admin/flags?flag=NIGHTLY&enabled=false"
# enable = "POST /admin/flags?flag=NIGHTLY&enabled=true"

# [[environments.prod.changes]]  # marked on the timeline and listed under `8`
# name = "checkout"
# git = "/srv/my-service"       # or sql (columns: time, what, who), redis (a list or stream), docker (a name above)

# A check is one reading and conditions on it in CEL (the Common Expression Language).
# Exactly one of http, sql, redis, job, lock, connections, service or disk says what is read.
[[environments.prod.checks]]
name = "api.health"
http = "/api/health"            # names: status, latency, body (JSON), text, headers
ok = "status == 200"
warn = "latency > duration('500ms')"
for = "30s"                     # a worse verdict must last this long

[[environments.prod.checks]]
name = "db.connections"
connections = "main"            # names: used, limit, percent, waiting, idle_in_transaction
warn = "percent > 70.0"
crit = "percent > 90.0"

[[environments.prod.checks]]
name = "cron.nightly"
job = "nightly"                 # names: age, every, intervals (age / every), last_run
ok = "intervals < 2.0"

[[environments.prod.checks]]
name = "host.disk"
disk = "/"                      # names: percent, used, total
warn = "percent > 85.0"
crit = "percent > 95.0"

# How incidents are run (README, "Incidents"):
# [incident]
# updates = { P0 = "15m", P1 = "30m" }
# [[escalation]]
# severities = ["P0", "P1"]
# [[escalation.levels]]
# name = "L2"
# after = "15m"
# to = "the database team"
# how = "telephone"
# [notify.targets]
# team = "env:TEAM_CHAT_ADDRESS"  # an address of Apprise; needs the extra `notify`

# [journal]
# recording_mb = 64               # readings of each incident, for `cockpit observe --replay`; 0 keeps none

# Others follow an open incident with `cockpit observe` (README, "Following an incident"):
# [share]
# url = "env:SHARE_REDIS_URL"     # a Redis that the team runs already; observer_url for those who follow
# key = "env:SHARE_KEY"           # seals what is shared
# keep = "24h"

# A check can also look at: metrics, promql, sql, redis, key, lock, service, file, process, port, certificate, log,
# status_page. Alerts stand among the checks:
# [[environments.prod.alertmanager]]
# name = "main"
# url = "http://127.0.0.1:9093"
"""
