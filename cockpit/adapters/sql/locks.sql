-- The locks of one session; PostgreSQL tells from 14 on since when one waits. $1 is its pid.
SELECT locktype AS kind, mode, granted,
       extract(epoch FROM clock_timestamp() - waitstart)::float8 AS waited,  -- from 14
       NULL::float8 AS waited,  -- before 14
       CASE WHEN relation IS NULL THEN '' WHEN d.oid IS NULL THEN 'relation ' || relation ELSE relation::regclass::text
       END AS relation,
       coalesce(page::text, '') AS page, coalesce(tuple::text, '') AS tuple,
       coalesce(transactionid::text, virtualxid, '') AS transaction,
       coalesce(classid::text, '') AS class, coalesce(objid::text, '') AS object
FROM pg_locks
LEFT JOIN pg_database AS d ON d.oid = database AND d.datname = current_database()
WHERE pid = $1
ORDER BY granted, (locktype = 'relation') DESC, relation, mode
LIMIT 500
