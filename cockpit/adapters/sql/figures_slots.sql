-- Replication slots, those that keep most WAL first. wal_status is there since PostgreSQL 13.
SELECT slot_name AS name,
       slot_type AS kind,
       active,
       pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END,
                       restart_lsn)::bigint AS retained,
       coalesce(wal_status, '') AS status,
       greatest(age(xmin), age(catalog_xmin)) AS xmin_age
FROM pg_replication_slots
ORDER BY retained DESC NULLS LAST, slot_name
LIMIT 20
