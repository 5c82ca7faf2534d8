-- Functions that act although a transaction is READ ONLY, and functions that act with the rights of another role, which
-- this role may call. $1 is the pattern of their names.
WITH me AS (SELECT oid FROM pg_roles WHERE rolname = current_user),
held AS (
    SELECT r.oid, min(quote_ident(d.rolname)) AS through
    FROM me
    JOIN pg_auth_members AS m ON m.member = me.oid
    JOIN pg_roles AS d ON d.oid = m.roleid
    JOIN pg_roles AS r ON pg_has_role(d.oid, r.oid, 'MEMBER')
    GROUP BY r.oid
)
SELECT f.oid::regprocedure::text AS function,
       f.prosecdef AND n.nspname <> 'pg_catalog' AS definer,
       coalesce(CASE WHEN has_function_privilege('public', f.oid, 'EXECUTE') THEN 'PUBLIC'
                     ELSE (SELECT min(h.through) FROM held AS h WHERE has_function_privilege(h.oid, f.oid, 'EXECUTE')) END,
                '') AS through
FROM me
CROSS JOIN pg_proc AS f
JOIN pg_namespace AS n ON n.oid = f.pronamespace
WHERE (f.proname ~ $1 OR (f.prosecdef AND f.provolatile = 'v' AND n.nspname <> 'pg_catalog'
                          AND f.prorettype <> 'trigger'::regtype AND f.prorettype <> 'event_trigger'::regtype))
  AND (has_function_privilege(me.oid, f.oid, 'EXECUTE')
       OR EXISTS (SELECT FROM held AS h WHERE has_function_privilege(h.oid, f.oid, 'EXECUTE')))
  AND (has_schema_privilege(me.oid, n.oid, 'USAGE')
       OR EXISTS (SELECT FROM held AS h WHERE has_schema_privilege(h.oid, n.oid, 'USAGE')))
ORDER BY 1
