-- The size of this database on disk; it looks at every file, so it is asked for seldom.
SELECT pg_database_size(current_database()) AS size
