-- Who may do what. Passwords are set afterwards; the database `shop` exists already and is the current one.
-- Owner of everything; nobody logs in as it.
CREATE ROLE shop_owner NOLOGIN;
-- The service itself.
CREATE ROLE shop LOGIN IN ROLE shop_owner;
-- The person on call.
CREATE ROLE cockpit_operator LOGIN
    IN ROLE shop_owner, pg_monitor, pg_signal_backend, pg_use_reserved_connections;
GRANT ALTER SYSTEM ON PARAMETER max_connections TO cockpit_operator;
GRANT EXECUTE ON FUNCTION pg_reload_conf() TO cockpit_operator;
-- Whoever looks over their shoulder.
CREATE ROLE cockpit_observer LOGIN IN ROLE pg_monitor, pg_use_reserved_connections;
ALTER ROLE cockpit_observer SET default_transaction_read_only = on;

ALTER DATABASE shop OWNER TO shop_owner;
ALTER SCHEMA public OWNER TO shop_owner;
REVOKE TEMPORARY ON DATABASE shop FROM PUBLIC;
REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;
GRANT CONNECT ON DATABASE postgres TO shop_owner;
GRANT USAGE ON SCHEMA public TO cockpit_observer;
ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner, shop, cockpit_operator
    IN SCHEMA public GRANT SELECT ON TABLES TO cockpit_observer;

-- A READ ONLY transaction does not stop these functions, and a role may leave its read-only default.
DO $$
DECLARE
    harmful regprocedure;
BEGIN
    FOR harmful IN
        SELECT oid::regprocedure
        FROM pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace
          AND (proname LIKE 'lo\_%' OR proname IN ('lowrite', 'loread', 'pg_notify', 'pg_logical_emit_message')
               OR proname LIKE 'pg\_replication\_origin\_%'
               OR proname LIKE 'pg\_advisory\_%' OR proname LIKE 'pg\_try\_advisory\_%')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', harmful);
        IF harmful::text NOT LIKE 'lo\_import%' AND harmful::text NOT LIKE 'lo\_export%' THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO shop_owner', harmful);
        END IF;
    END LOOP;
END
$$;
