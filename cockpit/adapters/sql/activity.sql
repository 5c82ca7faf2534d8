-- One row a session. Ages are seconds by the server's clock.
-- pg_blocking_pids and pg_locks take a lock on the lock manager, so they are asked only when a session waits for one.
-- Who waits for the end of a transaction holds the place of its row meanwhile: that lock tells the table.
WITH wanted AS (
    SELECT pid,
           max(mode) FILTER (WHERE NOT granted) AS mode,
           max(locktype) FILTER (WHERE NOT granted) AS kind,
           max(relation) FILTER (WHERE (NOT granted OR locktype = 'tuple') AND d.oid IS NOT NULL) AS relation
    FROM pg_locks
    LEFT JOIN pg_database AS d ON d.oid = database AND d.datname = current_database()
    WHERE (SELECT bool_or(wait_event_type = 'Lock') FROM pg_stat_activity)
    GROUP BY pid
    HAVING bool_or(NOT granted)
)
SELECT pid,
       backend_start,
       datname AS database,
       usename AS "user",
       application_name AS application,
       CASE WHEN client_addr IS NOT NULL THEN host(client_addr)
            WHEN client_port = -1 THEN 'local'
       END AS client,
       state,
       wait_event_type,
       wait_event,
       backend_type,
       query,
       extract(epoch FROM clock_timestamp() - backend_start)::float8 AS backend_age,
       extract(epoch FROM clock_timestamp() - xact_start)::float8 AS transaction_age,
       extract(epoch FROM clock_timestamp() - query_start)::float8 AS query_age,
       extract(epoch FROM clock_timestamp() - state_change)::float8 AS state_age,
       CASE WHEN wait_event_type = 'Lock' THEN pg_blocking_pids(pid) END AS blocked_by,
       wanted.mode AS lock_mode,
       coalesce(wanted.relation::regclass::text, wanted.kind) AS lock_on,
       leader_pid,  -- from 13
       NULL::int AS leader_pid,  -- before 13
       age(backend_xmin) AS xmin_age,
       query_id  -- from 14
       NULL::bigint AS query_id  -- before 14
FROM pg_stat_activity
LEFT JOIN wanted USING (pid)
WHERE (datid IS NOT NULL OR backend_type = 'walsender')
  AND pid <> pg_backend_pid()
  AND NOT (application_name = 'cockpit' AND (pid = ANY ($1::int[]) OR state = 'idle'))
ORDER BY pid
