"""What programs of data stores and of monitoring do, as data; the form is explained in `program_table`."""

from __future__ import annotations

TEXT = """
pg_dump, pg_dumpall
    read: it reads the database
        *
    change: it writes a file
        -f, --file
pg_restore
    read: it lists an archive
        -l, --list
    high: it restores over data
        *
    high: it drops objects before it restores them
        -c, --clean
pg_basebackup
    change: it writes a copy of the server
        *
dropdb, dropuser
    high: it removes a whole database or role
        *
createdb, createuser
    change: it makes a database or role
        *
pg_ctl, pg_ctlcluster
    read: it shows the server's state
        status
    high: it turns a standby into a primary
        promote
    change: it starts or stops the server
        *
pg_lsclusters
    read: it shows the servers
        *
pg_resetwal, pg_rewind
    high: it overwrites the server's own files
        *
vacuumdb
    change: it writes to tables
        *
reindexdb
    change: it writes indexes anew
        *
pg_repack
    change: it writes tables anew
        *
pgbench
    change: it puts load on the database
        *
pgbadger
    change: it writes a report
        *
patronictl
    read: it shows the cluster
        list, topology, history, show-config, version, query
    high: it makes another server the primary
        failover, switchover
    high: it throws a server's data away
        reinit, remove
    change: it changes the cluster
        restart, reload, pause, resume, edit-config, flush
wal-g, wal-e
    read: it shows backups
        backup-list, wal-show, wal-verify
    change: it makes a backup
        backup-push, wal-push, backup-mark
    high: it overwrites or removes backups
        backup-fetch, delete, wal-fetch
pgbackrest
    read: it shows backups
        info, check, version, verify, --stanza info
    change: it makes a backup
        backup, start, stop, stanza-create
    high: it overwrites or removes backups
        restore, expire, stanza-delete
barman
    read: it shows backups
        list-backups, list-backup, check, status, show-backup, list-servers
    change: it makes a backup
        backup, cron, switch-wal
    high: it overwrites or removes backups
        recover, delete, restore
restic, borg
    read: it shows backups
        snapshots, list, check, stats, diff, ls, info
    change: it makes a backup
        backup, create, init, unlock, break-lock
    high: it overwrites or removes backups
        restore, extract, forget, prune, delete, compact
rclone
    read: it shows what is there
        ls, lsd, lsf, lsl, size, check, about, version, listremotes
    change: it copies files
        copy, copyto, mkdir, config
    high: it deletes files at the target
        sync, move, delete, purge, deletefile, rmdir
mysqldump
    read: it reads the database
        *
    change: it writes files
        -r, --result-file, -T, --tab
mysqladmin
    read: it shows the server's state
        status, ping, processlist, variables, extended-status, version
    change: it changes the server
        kill, reload, refresh, flush-hosts, flush-logs, password
    high: it stops the server or removes a database
        shutdown, drop
mongodump
    change: it writes files
        *
mongorestore
    high: it restores over data
        *
alembic
    read: it shows migrations
        current, history, heads, show, check, branches
    change: it changes the database
        upgrade, stamp, revision, merge
    high: it may drop tables and columns
        downgrade
flyway
    read: it shows migrations
        info, validate
    change: it changes the database
        migrate, repair, baseline
    high: it removes every object of the schema
        clean, undo
rabbitmqctl, rabbitmq-diagnostics
    read: it shows what is there
        list_queues, list_connections, list_channels, list_consumers, list_exchanges, list_bindings, list_users
        status
        cluster_status, environment, report, ping, node_health_check, check_running, check_local_alarms
        memory_breakdown
    change: it changes the broker
        stop_app, start_app, set_policy, close_connection, add_user, set_permissions, change_password
    high: it throws messages away
        purge_queue, delete_queue, reset, force_reset, forget_cluster_node, stop
kafka-topics, kafka-topics.sh
    read: it shows topics
        --list, --describe
    change: it changes topics
        --create, --alter
    high: it removes topics
        --delete
kafka-consumer-groups, kafka-consumer-groups.sh
    read: it shows consumers
        --list, --describe
    high: it moves or removes what consumers have read
        --reset-offsets, --delete, --delete-offsets
celery
    read: it shows workers
        status, inspect, report
    change: it changes workers
        control, worker, beat, multi, call
    high: it throws tasks away
        purge
etcdctl
    read: it shows what is there
        get, endpoint status, endpoint health, member list, version, alarm list, check
    change: it changes what is stored
        put, lease, snapshot save, defrag, compaction, alarm disarm, move-leader
    high: it removes what is stored
        del, snapshot restore, member remove
consul
    read: it shows what is there
        members, info, kv get, catalog, operator raft list-peers, version, monitor
    change: it changes what is stored
        kv put, reload, join, maint, snapshot save
    high: it removes what is stored
        kv delete, leave, force-leave, snapshot restore
vault
    read: it shows what is there
        status, read, list, kv get, kv list, token lookup, audit list, auth list, secrets list, policy read
        policy list, version, operator raft list-peers
    change: it changes what is stored
        write, kv put, kv patch, policy write, login, operator unseal, token renew, lease renew, token create
        operator raft snapshot save
    high: it takes access or secrets away
        delete, kv delete, kv destroy, lease revoke, token revoke, operator seal, operator rekey, operator step-down
        secrets disable, auth disable, operator raft snapshot restore
promtool
    read: it checks or asks
        check, query, test, --version .
amtool
    read: it shows alerts
        alert ., alert query, silence query, check-config, config show, config routes
    change: it changes silences
        silence add, silence expire, silence update, alert add
logcli
    read: it asks for logs
        query, labels, series, instant-query
s3cmd, mc
    read: it shows what is there
        ls, du, info, stat, --version ., admin info, tree
    change: it copies files
        put, get, cp, mb, mirror, mv, sync
    high: it removes files
        del, rm, rb
"""
"""Databases, queues, stores of secrets, backups and monitoring."""
