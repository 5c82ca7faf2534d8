"""What further programs of operations do, as data; the form of the table is explained in `program_table`."""

from __future__ import annotations

TEXT = """
cockpit
    read: it shows what is there and changes nothing
        check, doctor, runbook, runbook list, runbook show, runbook lint, runbook plan, journal list, journal show
        journal verify, config check, config schema, --version ., --help .
    change: it writes a configuration file
        config init
    unknown: it starts real servers, or opens the cockpit
        demo, sandbox, *
azd
    read: it shows what is there
        env list, env get-values, env get-value, show, version, auth login --check-status, config show, template list
    change: it changes which environment is meant, or its settings
        env, env set, env select, env new, env refresh, config, auth, init, hooks, pipeline, extension
    change: it changes the deployment
        up, deploy, provision, package, restore, publish
    high: it removes the deployment with its data
        down
tailscale
    read: it shows what is there
        status, ping, ip, netcheck, version, whois, dns status, exit-node list
    change: it changes the network of this machine
        up, down, set, login, logout, switch, serve, funnel, cert, file, ssh, update, lock, exit-node
nodetool
    read: it shows what is there
        status, info, ring, tpstats, tablestats, cfstats, compactionstats, netstats, gossipinfo, describecluster
        proxyhistograms, tablehistograms, version, listsnapshots, getendpoints, describering, gettimeout
        getcompactionthroughput, failuredetector, statusgossip, statusbinary
    change: it changes how the node works
        flush, repair, cleanup, compact, snapshot, refresh, scrub, upgradesstables, rebuild, enablegossip
        disablegossip, enablebinary, disablebinary, setcompactionthroughput, stop, drain, settraceprobability
        invalidatekeycache, reloadtriggers
    high: it removes a node or data
        decommission, removenode, assassinate, move, clearsnapshot
systemd-analyze
    read: it shows what is there
        time, blame, critical-chain, verify, security, dump, unit-paths, calendar, timespan, ., cat-config
mdadm
    read: it shows the state of the array
        --detail, -D, --examine, -E, --query, -Q
    high: it changes the array
        *, --stop, -S, --create, -C, --fail, -f, --remove, -r, --add, -a, --grow, -G, --zero-superblock, --assemble, -A
        --manage, --build, -B, --re-add, --replace, --set-faulty, --readwrite, --readonly, --run, --update
firewall-cmd
    read: it shows the rules
        --state ., --list-all ., --list-all-zones ., --list-ports ., --list-services ., --list-rich-rules .
        --get-active-zones ., --get-default-zone ., --get-zones .
    change: it changes the rules
        *
gpg
    read: it shows keys, or checks a signature
        --list-keys, -k, --list-secret-keys, -K, --fingerprint, --verify, --list-packets, --list-public-keys
    change: it changes the ring of keys, or writes a file
        --import, --export, --encrypt, --decrypt, --sign, --gen-key, --full-generate-key, --recv-keys, --send-keys
        --output, -o, -d, -e, -c, --edit-key, --refresh-keys
    high: it deletes keys
        --delete-keys, --delete-secret-keys, --delete-secret-and-public-keys
nc, ncat, netcat
    read: it only tries whether a port answers
        -z, -zv, -vz, -zvw, -zvn, -vzw
    unknown: what answers is given to another program, or this machine listens
        -e, --exec, -c, --sh-exec, -l, --listen, -k, *
redis-server, valkey-server, postgres, mongod, mysqld, memcached, dockerd, containerd, uvicorn, gunicorn, hypercorn
    change: it starts a server
        *
    read: it tells its version
        --version ., -v ., -V .
mountpoint, xfs_info, getenforce, sestatus, uuidgen, lsusb, lspci, nvme, vgs, lvs, pvs, vgdisplay, lvdisplay
    read: it shows what is there
        .
mountpoint, xfs_info, lspci, lsusb, vgs, lvs, pvs
    read: it shows what is there
        *
restorecon, chcon, setenforce, semanage
    change: it changes what the security module permits
        *
chronyc
    read: it shows the state of the clock
        tracking, sources, sourcestats, activity, ntpdata
    unknown: it runs several commands
        -m, -f
    change: it changes the clock
        makestep, online, offline, burst, add, delete
kafka-configs, kafka-configs.sh, kafka-acls, kafka-acls.sh
    read: it shows settings
        --describe, --list
    change: it changes settings
        --alter, --add, --add-config, --delete-config
    high: it takes access away
        --remove
kustomize
    read: it prints what it makes
        build, version, cfg
    change: it writes a file
        build -o, build --output, edit, create
nomad
    read: it shows what is there
        status, job status, job plan, node status, alloc status, alloc logs, server members, version, job history
        deployment status, deployment list, namespace list, job inspect
    change: it changes what runs
        job run, run, job revert, job scale, job promote, alloc restart, alloc stop, deployment promote
        deployment fail, node eligibility, system gc, job dispatch, alloc exec
    high: it stops a job or moves everything away from a node
        job stop, stop, node drain, namespace delete
eksctl
    read: it shows what is there
        get, version, info, utils describe-stacks
    change: it changes the cluster
        create, scale, upgrade, set, utils, enable, update
    high: it deletes parts of the cluster
        delete, drain
rabbitmqadmin
    read: it shows what is there
        list, show
    change: it changes the broker
        declare, publish, get, close, import, export
    high: it removes messages or queues
        delete, purge
sentry-cli
    read: it shows what is there
        info, releases list, issues list, projects list, organizations list, --version .
    change: it changes the project
        releases, deploys, send-event, sourcemaps, upload-dif, issues, monitors, login
htpasswd
    read: it prints the line
        -n, -nb, -nB, -nbB, -nbBC, -bnBC
    change: it writes the file of passwords
        *
open, xdg-open, start
    unknown: it opens a page or file with another program
        *
"""
"""Our own verbs, clusters, networks, arrays and brokers."""
