-- One row a session. Ages are seconds by the server's clock.
-- pg_blocking_pids takes a lock on the lock manager, so it is asked only for sessions that wait for a lock.
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
       leader_pid,  -- from 13
       NULL::int AS leader_pid,  -- before 13
       age(backend_xmin) AS xmin_age,
       query_id  -- from 14
       NULL::bigint AS query_id  -- before 14
FROM pg_stat_activity
WHERE (datid IS NOT NULL OR backend_type = 'walsender')
  AND pid <> pg_backend_pid()
  AND NOT (application_name = 'cockpit' AND (pid = ANY ($1::int[]) OR state = 'idle'))
ORDER BY pid
