-- Transactions prepared for two-phase commit hold their locks until somebody ends them.
SELECT count(*)::int AS prepared,
       extract(epoch FROM clock_timestamp() - min(prepared))::float8 AS oldest
FROM pg_prepared_xacts
