-- Whether this role may signal each of these sessions. $1 is their pids. The rule is that of pg_signal_backend in
-- PostgreSQL's source: a superuser's session, or one that belongs to nobody, only by a superuser; all others by a
-- role that has the owner's privileges, or those of pg_signal_backend.
SELECT a.pid,
       coalesce(a.usename::text, '') AS owner,
       coalesce(r.rolsuper, true) AS needs_superuser,
       me.rolsuper OR (NOT coalesce(r.rolsuper, true)
                       AND (pg_has_role(me.oid, a.usesysid, 'USAGE') OR pg_has_role(me.oid, 'pg_signal_backend', 'USAGE')))
           AS allowed,
       quote_ident(current_user) AS role
FROM pg_stat_activity AS a
CROSS JOIN (SELECT oid, rolsuper FROM pg_roles WHERE rolname = current_user) AS me
LEFT JOIN pg_roles AS r ON r.oid = a.usesysid
WHERE a.pid = ANY ($1::int[])
ORDER BY a.pid
