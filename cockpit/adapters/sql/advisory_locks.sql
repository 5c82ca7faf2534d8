-- Advisory locks that are held, and who waits for each. All versions from 10 on.
SELECT l.pid, s.backend_start, coalesce(d.datname, '') AS database, l.classid::bigint AS classid,
       l.objid::bigint AS objid, l.objsubid = 2 AS paired, coalesce(s.application_name, '') AS application,
       coalesce(s.usename::text, '') AS user, l.mode, coalesce(s.state, '') AS state,
       extract(epoch FROM clock_timestamp() - coalesce(s.xact_start, s.backend_start))::float8 AS age,
       ARRAY(
           SELECT DISTINCT w.pid FROM pg_locks AS w
           WHERE w.locktype = 'advisory' AND NOT w.granted AND w.database = l.database
             AND w.classid = l.classid AND w.objid = l.objid AND w.objsubid = l.objsubid
           ORDER BY w.pid
       ) AS waiting
FROM pg_locks AS l
LEFT JOIN pg_stat_activity AS s ON s.pid = l.pid
LEFT JOIN pg_database AS d ON d.oid = l.database
WHERE l.locktype = 'advisory' AND l.granted AND l.pid <> pg_backend_pid()
ORDER BY cardinality(ARRAY(
           SELECT w.pid FROM pg_locks AS w
           WHERE w.locktype = 'advisory' AND NOT w.granted AND w.database = l.database
             AND w.classid = l.classid AND w.objid = l.objid AND w.objsubid = l.objsubid
       )) DESC, age DESC NULLS LAST
LIMIT 500
