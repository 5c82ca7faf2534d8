"""The least that an observer needs on each server: what `cockpit config init --observer` writes."""

from __future__ import annotations

OBSERVER_ROLE = "cockpit_observer"
"""The account's name in PostgreSQL and in Redis."""

REDIS_RULES = (
    "-@all +@read -@dangerous +info +ping +auth +hello +select +echo +command +acl|whoami +slowlog|len"
    " +client|setname +client|getname +client|id"
)
"""What an observer's account may run in Redis; `+@connection` would allow CLIENT KILL and CLIENT PAUSE."""

OBSERVER_SQL = """-- The least that an observer needs, in PostgreSQL 13 to 18. Run it as a superuser in the
-- database to be observed, and all but CREATE ROLE in each further database too.
BEGIN;
CREATE ROLE cockpit_observer LOGIN;  -- then set a password (psql: \\password cockpit_observer), for observer_dsn
GRANT pg_monitor TO cockpit_observer;
ALTER ROLE cockpit_observer SET default_transaction_read_only = on;
-- From PostgreSQL 16 on, keep room for it when all other connections are taken:
-- ALTER SYSTEM SET reserved_connections = 3;  GRANT pg_use_reserved_connections TO cockpit_observer;

DO $$
DECLARE
    harmful regprocedure;
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    -- What a READ ONLY transaction does not stop. Who needs one of these gets it back:
    -- GRANT EXECUTE ON FUNCTION pg_advisory_lock(bigint) TO my_service;
    FOR harmful IN
        SELECT oid::regprocedure
        FROM pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace
          AND (proname LIKE 'lo\\_%' OR proname IN ('lowrite', 'loread', 'pg_notify', 'pg_logical_emit_message')
               OR proname LIKE 'pg\\_advisory\\_%' OR proname LIKE 'pg\\_try\\_advisory\\_%'
               OR proname LIKE 'pg\\_replication\\_origin\\_%')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', harmful);
    END LOOP;
END
$$;
-- The rows that it may see; one line for each schema.
GRANT USAGE ON SCHEMA public TO cockpit_observer;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO cockpit_observer;
COMMIT;
"""

OBSERVER_ACL = f"user {OBSERVER_ROLE} on resetpass ~* {REDIS_RULES}\n"
"""A line for Redis' aclfile, which takes no comments; the account has no password yet, so nobody can log in."""

DOCKER_PROXY = """server {
    listen unix:/run/docker-observer.sock;
    location / {
        if ($request_method !~ ^(GET|HEAD)$) { return 403; }
        if ($uri ~ "/(attach/ws|archive|export|get)$") { return 403; }
        proxy_pass http://unix:/var/run/docker.sock:;
        proxy_http_version 1.1;
        proxy_buffering off;
        proxy_read_timeout 1h;
    }
}
"""
"""A server of nginx in front of the Docker Engine's socket that lets reads through only."""


def observer_text() -> str:
    """All of it as one commented SQL file."""
    acl = f"ACL SETUSER {OBSERVER_ROLE} on >PASSWORD ~* {REDIS_RULES}"
    parts = (
        f"In Redis (redis-cli; choose a password, then put the user into observer_url):\n{acl}",
        f"For Docker, an nginx in front of the Engine's socket; put its socket into observer_host:\n{DOCKER_PROXY}",
        "`cockpit doctor --observer` asks each server whether that holds.",
    )
    return OBSERVER_SQL + "".join("\n" + _commented(part) for part in parts)


def _commented(text: str) -> str:
    return "".join(f"-- {line}".rstrip() + "\n" for line in text.splitlines())
