-- How far this standby is behind. When all that was received is replayed, the age of the last transaction says
-- only that the primary is quiet. NULL in received: the WAL receiver is not shown to this role.
SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
            ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())
       END::float8 AS lag_seconds,
       pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::bigint AS lag_bytes,
       (SELECT CASE WHEN count(*) = 0 THEN false WHEN count(status) = 0 THEN NULL ELSE true END
        FROM pg_stat_wal_receiver) AS receiving
