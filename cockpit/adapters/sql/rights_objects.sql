-- Where this role, or one that it is a member of, may create objects: the database, and schemas.
WITH me AS (SELECT oid FROM pg_roles WHERE rolname = current_user),
held AS (
    SELECT r.oid, min(quote_ident(d.rolname)) AS through
    FROM me
    JOIN pg_auth_members AS m ON m.member = me.oid
    JOIN pg_roles AS d ON d.oid = m.roleid
    JOIN pg_roles AS r ON pg_has_role(d.oid, r.oid, 'MEMBER')
    GROUP BY r.oid
)
SELECT 'DATABASE ' || quote_ident(current_database()) AS place,
       p.privilege,
       coalesce(CASE WHEN has_database_privilege('public', current_database(), p.privilege) THEN 'PUBLIC'
                     ELSE (SELECT min(h.through) FROM held AS h
                           WHERE has_database_privilege(h.oid, current_database(), p.privilege)) END, '') AS through
FROM me
CROSS JOIN unnest(ARRAY['CREATE', 'TEMPORARY']) AS p (privilege)
WHERE has_database_privilege(me.oid, current_database(), p.privilege)
   OR EXISTS (SELECT FROM held AS h WHERE has_database_privilege(h.oid, current_database(), p.privilege))
UNION ALL
SELECT 'SCHEMA ' || quote_ident(n.nspname),
       'CREATE',
       coalesce(CASE WHEN has_schema_privilege('public', n.oid, 'CREATE') THEN 'PUBLIC'
                     ELSE (SELECT min(h.through) FROM held AS h WHERE has_schema_privilege(h.oid, n.oid, 'CREATE')) END,
                '')
FROM me
CROSS JOIN pg_namespace AS n
WHERE n.nspname !~ '^pg_(toast|temp)'
  AND (has_schema_privilege(me.oid, n.oid, 'CREATE')
       OR EXISTS (SELECT FROM held AS h WHERE has_schema_privilege(h.oid, n.oid, 'CREATE')))
ORDER BY 1, 2
