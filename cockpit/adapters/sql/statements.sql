-- The statements that took longest altogether. {view} is the extension's view; $1 is how many, $2 one statement's
-- identifier or NULL for all. Times are milliseconds there and seconds here.
SELECT queryid::bigint AS query_id,
       sum(calls)::bigint AS calls,
       (sum(total_exec_time) / 1000)::float8 AS total,
       (sum(total_exec_time) / greatest(sum(calls), 1) / 1000)::float8 AS mean,
       (max(max_exec_time) / 1000)::float8 AS worst,
       sum(rows)::bigint AS rows,
       sum(shared_blks_hit)::bigint AS hits,
       sum(shared_blks_read)::bigint AS reads,
       sum(temp_blks_written)::bigint AS temp_blocks,
       left(max(query), 4000) AS query,
       coalesce(max(d.datname)::text, '') AS database,
       CASE WHEN count(DISTINCT userid) = 1 THEN coalesce(max(r.rolname)::text, '') ELSE 'several' END AS "user"
FROM {view} AS s
LEFT JOIN pg_database AS d ON d.oid = s.dbid
LEFT JOIN pg_roles AS r ON r.oid = s.userid
WHERE queryid IS NOT NULL AND ($2::bigint IS NULL OR queryid = $2::bigint)
GROUP BY queryid, dbid
ORDER BY total DESC
LIMIT $1
