-- The roles that this one is a member of, near or far, and that can do more than read: what makes them powerful, and
-- the membership of its own that leads there. A role may act as all of them, whether it inherits or not.
SELECT r.rolname::text AS power,
       min(quote_ident(d.rolname)) AS through,
       r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls AS attributes,
       r.rolcanlogin AS signals
FROM pg_roles AS me
JOIN pg_auth_members AS m ON m.member = me.oid
JOIN pg_roles AS d ON d.oid = m.roleid
JOIN pg_roles AS r ON r.oid <> me.oid AND pg_has_role(d.oid, r.oid, 'MEMBER')
WHERE me.rolname = current_user
  AND (r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls OR r.rolcanlogin
       OR r.rolname = ANY ($1::text[]))
GROUP BY r.rolname, r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolreplication, r.rolbypassrls, r.rolcanlogin
ORDER BY r.rolname
