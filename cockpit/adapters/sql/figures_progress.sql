-- Commands that report how far they have come. VACUUM counts indexes from PostgreSQL 17 on, COPY tells from 14 on.
-- A relation of another database has no name here.
SELECT pid, command,
       coalesce(CASE WHEN datname = current_database() THEN relid::regclass::text END, 'in ' || datname, '') AS relation,
       phase, done
FROM (
    SELECT pid, datname, relid, 'VACUUM' AS command, phase,
           CASE WHEN phase = 'scanning heap' THEN heap_blks_scanned::float8 / nullif(heap_blks_total, 0)
                WHEN phase = 'vacuuming heap' THEN heap_blks_vacuumed::float8 / nullif(heap_blks_total, 0)
                WHEN phase IN ('vacuuming indexes', 'cleaning up indexes')  -- from 17
                    THEN indexes_processed::float8 / nullif(indexes_total, 0)  -- from 17
           END AS done
    FROM pg_stat_progress_vacuum
    UNION ALL
    SELECT pid, datname, relid, command, phase,
           CASE WHEN blocks_total > 0 THEN blocks_done::float8 / blocks_total
                WHEN tuples_total > 0 THEN tuples_done::float8 / tuples_total
                WHEN lockers_total > 0 THEN lockers_done::float8 / lockers_total
           END
    FROM pg_stat_progress_create_index
    UNION ALL
    SELECT pid, datname, relid, 'ANALYZE', phase, sample_blks_scanned::float8 / nullif(sample_blks_total, 0)
    FROM pg_stat_progress_analyze
    UNION ALL
    SELECT pid, datname, relid, command, phase, heap_blks_scanned::float8 / nullif(heap_blks_total, 0)
    FROM pg_stat_progress_cluster
    UNION ALL
    SELECT pid, NULL, NULL, 'BASE BACKUP', phase, backup_streamed::float8 / nullif(backup_total, 0)
    FROM pg_stat_progress_basebackup
    UNION ALL  -- from 14
    SELECT pid, datname, relid, command, type, bytes_processed::float8 / nullif(bytes_total, 0)  -- from 14
    FROM pg_stat_progress_copy  -- from 14
) AS under_way
ORDER BY pid
LIMIT 20
