-- Privileges to change tables and sequences, of this role or of those that it is a member of, counted by schema and by
-- where they come from: PUBLIC, a membership, or the role itself. pg_settings is left out: an UPDATE of it is a SET.
WITH me AS (SELECT oid FROM pg_roles WHERE rolname = current_user),
held AS (
    SELECT r.oid, min(quote_ident(d.rolname)) AS through
    FROM me
    JOIN pg_auth_members AS m ON m.member = me.oid
    JOIN pg_roles AS d ON d.oid = m.roleid
    JOIN pg_roles AS r ON pg_has_role(d.oid, r.oid, 'MEMBER')
    GROUP BY r.oid
),
relations AS (
    SELECT c.oid, c.relkind = 'S' AS sequence, quote_ident(n.nspname) AS schema, c.relowner,
           quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      AND n.nspname !~ '^pg_(toast|temp)' AND c.oid <> 'pg_catalog.pg_settings'::regclass
),
granted AS (
    SELECT t.*, p.privilege,
           CASE WHEN has_table_privilege('public', t.oid, p.privilege) THEN 'PUBLIC'
                ELSE (SELECT min(h.through) FROM held AS h WHERE has_table_privilege(h.oid, t.oid, p.privilege)) END
               AS through
    FROM me
    CROSS JOIN relations AS t
    JOIN unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']
                || ARRAY['MAINTAIN']  -- from 17
               ) AS p (privilege) ON NOT t.sequence
    WHERE has_table_privilege(me.oid, t.oid, p.privilege)
       OR EXISTS (SELECT FROM held AS h WHERE has_table_privilege(h.oid, t.oid, p.privilege))
    UNION ALL
    SELECT t.*, p.privilege,
           CASE WHEN has_any_column_privilege('public', t.oid, p.privilege) THEN 'PUBLIC'
                ELSE (SELECT min(h.through) FROM held AS h WHERE has_any_column_privilege(h.oid, t.oid, p.privilege)) END
    FROM me
    CROSS JOIN relations AS t
    JOIN unnest(ARRAY['INSERT', 'UPDATE']) AS p (privilege) ON NOT t.sequence
    WHERE NOT has_table_privilege(me.oid, t.oid, p.privilege)
      AND NOT EXISTS (SELECT FROM held AS h WHERE has_table_privilege(h.oid, t.oid, p.privilege))
      AND (has_any_column_privilege(me.oid, t.oid, p.privilege)
           OR EXISTS (SELECT FROM held AS h WHERE has_any_column_privilege(h.oid, t.oid, p.privilege)))
    UNION ALL
    SELECT t.*, p.privilege,
           CASE WHEN has_sequence_privilege('public', t.oid, p.privilege) THEN 'PUBLIC'
                ELSE (SELECT min(h.through) FROM held AS h WHERE has_sequence_privilege(h.oid, t.oid, p.privilege)) END
    FROM me
    CROSS JOIN relations AS t
    JOIN unnest(ARRAY['USAGE', 'UPDATE']) AS p (privilege) ON t.sequence
    WHERE has_sequence_privilege(me.oid, t.oid, p.privilege)
       OR EXISTS (SELECT FROM held AS h WHERE has_sequence_privilege(h.oid, t.oid, p.privilege))
)
SELECT sequence,
       schema,
       coalesce(through, '') AS through,
       array_agg(DISTINCT privilege ORDER BY privilege) AS privileges,
       count(DISTINCT granted.oid)::int AS number,
       min(name) AS example,
       coalesce(bool_or(granted.relowner = me.oid), false) AS owned
FROM granted
CROSS JOIN me
GROUP BY sequence, schema, through
ORDER BY sequence, schema, through
