-- Who replicates this server and how far each is behind; all but pid and user is hidden without pg_monitor.
SELECT coalesce(application_name, '') AS name,
       coalesce(host(client_addr), CASE WHEN state IS NOT NULL THEN 'local' END, '') AS client,
       coalesce(state, '') AS state,
       coalesce(sync_state, '') AS sync,
       extract(epoch FROM replay_lag)::float8 AS lag_seconds,
       pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END,
                       replay_lsn)::bigint AS lag_bytes
FROM pg_stat_replication
ORDER BY application_name, pid
LIMIT 20
