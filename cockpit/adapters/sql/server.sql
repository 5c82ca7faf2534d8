-- What the server says of itself and of this role. A role without pg_read_all_stats sees no types of backends
-- but its own; a row with a user and a database is then a client.
SELECT current_setting('server_version_num')::int AS version,
       current_setting('max_connections')::int AS max_connections,
       (SELECT count(*)
        FROM pg_stat_activity
        WHERE coalesce(backend_type, 'client backend') = 'client backend'
          AND usesysid IS NOT NULL AND datid IS NOT NULL)::int AS connections,
       current_database() AS database,
       pg_is_in_recovery() AS in_recovery,
       pg_postmaster_start_time()::text AS started,
       extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::float8 AS uptime,
       quote_ident(current_user) AS role,
       pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS sees_all,
       has_function_privilege('pg_control_system()', 'EXECUTE') AS may_see_identifier
