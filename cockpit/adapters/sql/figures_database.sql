-- What this database has done since its statistics were reset, with the server's clock.
SELECT current_database() AS database,
       extract(epoch FROM clock_timestamp())::float8 AS at,
       pg_is_in_recovery() AS in_recovery,
       coalesce(xact_commit, 0) AS commits,
       coalesce(xact_rollback, 0) AS rollbacks,
       coalesce(blks_hit, 0) AS hits,
       coalesce(blks_read, 0) AS reads,
       coalesce(tup_inserted, 0) AS inserted,
       coalesce(tup_updated, 0) AS updated,
       coalesce(tup_deleted, 0) AS deleted,
       coalesce(temp_files, 0) AS temp_files,
       coalesce(temp_bytes, 0) AS temp_bytes,
       coalesce(deadlocks, 0) AS deadlocks,
       coalesce(stats_reset::text, '') AS reset
FROM pg_stat_database
WHERE datname = current_database()
