-- The tables of the sample service and enough rows to look alive. Run as shop_owner in the database `shop`.
CREATE TABLE users (
    id          integer PRIMARY KEY,
    email       text NOT NULL UNIQUE,
    name        text NOT NULL,
    score       integer NOT NULL DEFAULT 0,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE orders (
    id          integer PRIMARY KEY,
    user_id     integer NOT NULL REFERENCES users,
    status      text NOT NULL CHECK (status IN ('pending', 'paid', 'shipped')),
    total_cents integer NOT NULL,
    updated_at  timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE subscriptions (
    id                 integer PRIMARY KEY,
    user_id            integer NOT NULL REFERENCES users,
    plan               text NOT NULL,
    status             text NOT NULL CHECK (status IN ('active', 'past_due', 'cancelled')),
    current_period_end timestamptz NOT NULL
);
CREATE TABLE entitlements (
    user_id    integer NOT NULL REFERENCES users,
    feature    text NOT NULL,
    granted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, feature)
);
CREATE TABLE stripe_webhook_events (
    id            text PRIMARY KEY,
    type          text NOT NULL,
    status        text NOT NULL CHECK (status IN ('received', 'processed', 'failed')),
    error_message text,
    received_at   timestamptz NOT NULL DEFAULT now(),
    processed_at  timestamptz
);
CREATE INDEX stripe_webhook_events_open ON stripe_webhook_events (received_at) WHERE status <> 'processed';
CREATE TABLE idempotency_keys (
    key        text PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE cron_runs (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job           text NOT NULL,
    worker        text NOT NULL,
    status        text NOT NULL CHECK (status IN ('running', 'done', 'failed')),
    started_at    timestamptz NOT NULL DEFAULT now(),
    finished_at   timestamptz,
    rows_affected integer,
    error         text
);
CREATE INDEX cron_runs_last ON cron_runs (job, finished_at);
CREATE TABLE feature_flags (
    name       text PRIMARY KEY,
    enabled    boolean NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE flag_audit (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    flag       text NOT NULL,
    enabled    boolean NOT NULL,
    actor      text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE dead_letters (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind       text NOT NULL,
    payload    jsonb NOT NULL,
    error      text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE companies (
    id          integer PRIMARY KEY,
    name        text NOT NULL,
    industry    text,
    enriched_at timestamptz
);
CREATE TABLE backups (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    taken_at   timestamptz NOT NULL,
    size_bytes bigint NOT NULL,
    status     text NOT NULL
);
CREATE TABLE schema_migrations (
    version    text PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO users (id, email, name, score)
SELECT n, format('customer%s@example.com', n), format('Customer %s', n), n * 7 % 100 FROM generate_series(1, 200) n;
INSERT INTO orders (id, user_id, status, total_cents, updated_at)
SELECT n, 1 + n % 200, (ARRAY['pending', 'paid', 'shipped'])[1 + n % 3], 900 + n * 37 % 9000, now() - n * interval '3 min'
FROM generate_series(1, 60) n;
INSERT INTO subscriptions (id, user_id, plan, status, current_period_end)
SELECT n, n, (ARRAY['basic', 'premium'])[1 + n % 2], 'active', now() + n * interval '1 day' FROM generate_series(1, 40) n;
INSERT INTO entitlements (user_id, feature)
SELECT user_id, 'premium' FROM subscriptions WHERE plan = 'premium';
INSERT INTO stripe_webhook_events (id, type, status, received_at, processed_at)
SELECT format('evt_%s', n), 'invoice.paid', 'processed', now() - n * interval '10 min', now() - n * interval '10 min'
FROM generate_series(1, 30) n;
INSERT INTO cron_runs (job, worker, status, started_at, finished_at, rows_affected)
SELECT plan.job, 'worker-' || 1 + n % 2, 'done',
       now() - plan.first - n * plan.every - interval '1 s', now() - plan.first - n * plan.every, plan.rows
FROM (VALUES ('recalculate', interval '5 min', interval '2 min', 200),
             ('billing-reconcile', interval '10 min', interval '4 min', 0),
             ('enrich', interval '15 min', interval '6 min', 3)) AS plan (job, every, first, rows),
     generate_series(0, 11) n;
INSERT INTO feature_flags (name, enabled)
VALUES ('PREMIUM_PAYWALLS', true), ('CRON_RECALCULATE', true), ('ENRICHMENT', true), ('READ_ONLY_MODE', false),
       ('LOYALTY_DISCOUNT', false);
INSERT INTO companies (id, name, industry, enriched_at)
SELECT n, format('Company %s', n), 'retail', now() - n * interval '1 hour' FROM generate_series(1, 30) n;
INSERT INTO backups (taken_at, size_bytes, status)
SELECT now() - n * interval '1 day' - interval '2 hours', 48000000 + n * 120000, 'done' FROM generate_series(0, 6) n;
INSERT INTO schema_migrations (version, applied_at)
VALUES ('0001_first', now() - interval '90 days'), ('0002_webhooks', now() - interval '60 days');
