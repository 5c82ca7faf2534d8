-- What the role of this session is, and how its transactions begin.
SELECT quote_ident(current_user) AS role,
       quote_ident(current_database()) AS database,
       r.rolsuper AS superuser,
       array_remove(ARRAY[
           CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END,
           CASE WHEN r.rolcreatedb THEN 'CREATEDB' END,
           CASE WHEN r.rolreplication THEN 'REPLICATION' END,
           CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END], NULL) AS attributes,
       current_setting('default_transaction_read_only') = 'on' AS read_only,
       pg_is_in_recovery() AS standby
FROM pg_roles AS r
WHERE r.rolname = current_user
