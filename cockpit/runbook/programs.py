"""What programs and their sub-commands do, as data. A program that is not here is unknown, never read.

A line of a program's table says: the first words of the command (options are left out of the comparison unless
they are written here), what that may do, and why. The longest line that fits counts; "" is the program itself.
"""

# ruff: noqa: E501, SIM905  tables of words are easier to read and to extend as text

from __future__ import annotations

from dataclasses import dataclass

from cockpit.model.actions import Risk

ALWAYS_READ = frozenset(
    """
    ls ll cat head tail less more grep egrep fgrep zgrep rg ack wc sort uniq cut tr jq yq column nl tac rev fold
    df du free uptime uname hostname whoami id groups w who last date cal env printenv pwd echo printf true false
    test [ [[ stat file readlink realpath basename dirname which whereis type command ps pstree pgrep pidof top htop btop
    glances atop iotop iftop nethogs vmstat iostat mpstat pidstat sar dmesg lsof fuser ss netstat dig nslookup host
    ping ping6 traceroute tracepath mtr whois getent nproc lscpu lsblk lsmem findmnt arp tree diff cmp comm md5sum
    sha1sum sha256sum sha512sum cksum base64 xxd od hexdump strings seq sleep watch pg_isready pg_controldata
    journalctl bc expr nvidia-smi lsmod locale tput clear man help history jobs wait zcat bzcat xzcat multitail
    ngrep pgbadger pg_activity lnav ccze fold paste join numfmt tokei cloc timedatectl hostnamectl loginctl
    """.split()
)
"""Programs that only read, whatever their arguments are (the exceptions are in TABLE)."""

STREAMING = frozenset(
    """
    htop btop glances atop iotop iftop nethogs watch nano vi vim nvim emacs less more man mtr tmux screen
    tcpdump ngrep ctop lazydocker k9s pg_activity multitail lnav mitmproxy
    """.split()
)
"""Programs that take the whole screen or do not end by themselves."""

SESSION = frozenset(
    {"cd", "pushd", "popd", "export", "source", ".", "set", "unset", "alias", "shopt", "umask", "declare", "nvm"}
)
"""Programs that change only the shell they run in."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a program's table; `words` holds sub-commands and, with a dash, options that must be there."""

    words: tuple[str, ...]
    risk: Risk
    reason: str


_R, _C, _H, _U = Risk.READ, Risk.CHANGE, Risk.HIGH, Risk.UNKNOWN


def _lines(*entries: tuple[str, Risk, str]) -> tuple[Line, ...]:
    return tuple(
        Line(tuple(choice.split()), risk, reason) for choices, risk, reason in entries for choice in choices.split(", ")
    )


_CONTAINER_WORDS = (
    ("ps, images, image ls, image inspect, logs, inspect, stats, top, port, diff, version, info, history", _R, "it shows what is there"),
    ("search, events, container ls, container inspect, container logs, network ls, network inspect", _R, "it shows what is there"),
    ("volume ls, volume inspect, system df, system info, context ls, context show, manifest inspect", _R, "it shows what is there"),
    ("service ls, service ps, service logs, service inspect, node ls, node ps, stack ls, stack ps", _R, "it shows what is there"),
    ("compose ps, compose logs, compose config, compose images, compose top, compose ls, compose version", _R, "it shows what is there"),
    ("compose port, compose events, compose stats, buildx ls", _R, "it shows what is there"),
    ("restart, compose restart, container restart", _C, "restart interrupts what the container is doing"),
    ("stop, compose stop, container stop, kill, compose kill, pause, compose pause", _C, "it stops the container"),
    ("start, compose start, container start, unpause, compose unpause", _C, "it starts the container"),
    ("compose up, up", _C, "it creates or replaces containers"),
    ("compose down, down", _C, "it stops and removes the project's containers"),
    ("compose down -v, compose down --volumes, down -v, down --volumes", _H, "it removes the project's volumes with their data"),
    ("run, create, compose run, compose create", _C, "it starts a new container"),
    ("exec, compose exec", _U, "what it runs inside the container is not known"),
    ("pull, push, build, tag, load, save, commit, compose pull, compose build, compose push", _C, "it changes images"),
    ("cp", _C, "it copies files into or out of a container"),
    ("update, scale, compose scale, service update, service scale, stack deploy, rename", _C, "it changes how containers run"),
    ("rm, rmi, container rm, image rm, compose rm, network rm, stack rm, service rm", _C, "it removes containers or images"),
    ("rm -f, rm -v, rm -fv, container rm -f, compose rm -v", _H, "it removes containers without asking"),
    ("volume rm, volume prune, volume create", _H, "it removes volumes with their data"),
    ("system prune, image prune, container prune, network prune, builder prune", _C, "it removes what is not in use"),
    ("system prune -a, system prune --all, system prune -af, image prune -a", _H, "it removes every image that is not in use"),
    ("system prune --volumes", _H, "it removes volumes with their data"),
    ("login, logout, context use, swarm, secret, config", _C, "it changes the engine's settings"),
)  # fmt: skip

_KUBECTL = _lines(
    ("get, describe, logs, top, explain, version, cluster-info, api-resources, api-versions, events, diff", _R, "it shows what is there"),
    ("config view, config get-contexts, config current-context, auth can-i, auth whoami", _R, "it shows what is there"),
    ("rollout status, rollout history", _R, "it shows what is there"),
    ("config use-context, config set-context, config set, config unset", _C, "it changes which cluster is meant"),
    ("rollout restart, rollout undo, rollout pause, rollout resume", _C, "it replaces running pods"),
    ("apply, create, patch, set, scale, autoscale, edit, label, annotate, replace, expose, run, cp, debug", _C, "it changes the cluster"),
    ("cordon, uncordon, taint, port-forward, proxy, certificate, attach", _C, "it changes the cluster or opens a way into it"),
    ("drain", _H, "drain moves every pod away from a node"),
    ("delete", _H, "delete removes objects from the cluster"),
    ("delete pod, delete pods, delete po", _C, "it removes a pod, which its controller replaces"),
    ("replace --force, apply --prune", _H, "it removes objects from the cluster"),
    ("exec", _U, "what it runs inside the pod is not known"),
)  # fmt: skip

_PM2 = _lines(
    ("status, list, ls, l, jlist, prettylist, show, info, describe, logs, monit, env, id, pid, ping, report, -v, conf", _R, "it shows what is there"),
    ("restart, reload, gracefulReload", _C, "it interrupts what the process is doing"),
    ("start, resurrect", _C, "it starts processes"),
    ("stop, delete, del, kill", _C, "it stops processes"),
    ("scale, set, reset, save, flush, trigger, startup, unstartup, update, install, uninstall, sendSignal", _C, "it changes how processes run"),
)  # fmt: skip

_GIT = _lines(
    ("log, status, diff, show, blame, describe, rev-parse, rev-list, ls-files, ls-remote, ls-tree, shortlog, reflog", _R, "it shows the history"),
    ("branch, tag, remote, remote -v, stash list, config --get, config --list, config -l, cat-file, grep, bisect log, version, whatchanged, name-rev, merge-base, cherry, for-each-ref, worktree list, remote show, remote get-url", _R, "it shows the history"),
    ("branch -d, branch -D, branch -m, branch -M, branch -f, tag -d, tag -a, tag -f, tag -m, tag -s", _C, "it changes names in the repository"),
    ("checkout, switch, restore, pull, merge, rebase, cherry-pick, revert, commit, add, mv, stash, am, apply", _C, "it changes the working copy"),
    ("fetch, clone, init, config, remote add, remote set-url, submodule, bisect, gc, worktree, reset, notes", _C, "it changes the repository"),
    ("push", _C, "it publishes commits"),
    ("push -f, push --force, push --force-with-lease, push --mirror, push --delete", _H, "it overwrites published history"),
    ("reset --hard", _H, "it throws local changes away"),
    ("clean -f, clean -fd, clean -fdx, clean -df, clean -ffdx, clean -xdf, rm", _H, "it deletes files"),
    ("clean", _C, "it may delete files"),
    ("filter-branch, reflog expire", _H, "it rewrites history"),
)  # fmt: skip

_SYSTEMCTL = _lines(
    ("status, show, list-units, list-timers, list-unit-files, list-jobs, list-dependencies, is-active, is-enabled, is-failed, cat, get-default", _R, "it shows what is there"),
    ("restart, reload, try-restart, reload-or-restart, start, stop, kill, enable, disable, mask, unmask", _C, "it changes what runs"),
    ("daemon-reload, reset-failed, edit, set-property, isolate", _C, "it changes what runs"),
    ("reboot, poweroff, halt, kexec, suspend, rescue, emergency", _H, "it takes the whole machine down"),
)  # fmt: skip

_NODE_PACKAGES = _lines(
    ("ls, list, outdated, view, info, audit, why, explain, config get, config list, -v, --version, whoami, root, prefix", _R, "it shows what is there"),
    ("ci, install, i, add, update, upgrade, remove, uninstall, link, publish, run, run-script, start, exec, rebuild, dedupe", _C, "it changes packages or runs the project's own script"),
    ("test, t, run test, run bundle:check, run lint, run typecheck, run type-check, run build", _C, "it runs the project's own script"),
    ("audit fix, cache clean, version, login, config set, prune, init, create, dlx", _C, "it changes packages or settings"),
    ("unpublish", _H, "it withdraws a published package"),
)  # fmt: skip

_PRISMA = _lines(
    ("migrate status, migrate diff, validate, version, -v, format --check", _R, "it shows what is there"),
    ("migrate deploy, migrate dev, migrate resolve, db execute, db seed, studio", _C, "it changes the database"),
    ("db pull, generate, format, init", _C, "it writes files of the project"),
    ("db push", _C, "it changes the database's schema"),
    ("migrate reset", _H, "it drops the database and creates it anew"),
    ("db push --force-reset, db push --accept-data-loss", _H, "it may throw data away"),
)  # fmt: skip

TABLE: dict[str, tuple[Line, ...]] = {
    "docker": _lines(*_CONTAINER_WORDS),
    "podman": _lines(*_CONTAINER_WORDS),
    "nerdctl": _lines(*_CONTAINER_WORDS),
    "docker-compose": _lines(*((choices.replace("compose ", ""), risk, reason) for choices, risk, reason in _CONTAINER_WORDS)),
    "kubectl": _KUBECTL,
    "oc": _KUBECTL,
    "pm2": _PM2,
    "git": _GIT,
    "systemctl": _SYSTEMCTL,
    "npm": _NODE_PACKAGES,
    "pnpm": _NODE_PACKAGES,
    "yarn": _NODE_PACKAGES,
    "bun": _NODE_PACKAGES,
    "prisma": _PRISMA,
    "service": _lines(("", _C, "it starts, stops or asks a service")),
    "helm": _lines(
        ("list, ls, status, history, get, show, search, version, template, lint, env, repo list, diff", _R, "it shows what is there"),
        ("install, upgrade, rollback, repo add, repo update, pull, package, push, test", _C, "it changes a release"),
        ("uninstall, delete", _H, "it removes a release"),
    ),
    "vercel": _lines(
        ("ls, list, inspect, logs, whoami, deployments list, deployments ls, env ls, domains ls, project ls, --version", _R, "it shows what is there"),
        ("rollback, promote, redeploy, deploy, alias, env add, env pull, link, pull, build, dev, --prod, env update", _C, "it changes the deployment"),
        ("remove, rm, env rm, domains rm, project rm", _H, "it removes a deployment or setting"),
        ("", _C, "without a sub-command it deploys"),
    ),
    "stripe": _lines(
        ("balance retrieve, events list, logs tail, events retrieve, customers list, charges list, webhook_endpoints list, payment_intents retrieve, payment_intents list", _R, "it shows what is there"),
        ("listen", _R, "it listens to events"),
        ("trigger, events resend, login", _C, "it sends events"),
    ),
    "rm": _lines(
        ("", _C, "it deletes files"),
        ("-r, -R, -rf, -fr, -Rf, --recursive, -rfv, -rv, -fR", _H, "it deletes whole folders"),
    ),
    "rmdir": _lines(("", _C, "it deletes folders")),
    "shred": _lines(("", _H, "it destroys files beyond recovery")),
    "dd": _lines(("", _H, "dd writes over whatever it is pointed at")),
    "mkfs": _lines(("", _H, "it formats a disk")),
    "fdisk": _lines(("-l", _R, "it shows the partitions"), ("", _H, "it changes partitions")),
    "truncate": _lines(("", _C, "it cuts files")),
    "cp": _lines(("", _C, "it writes files")),
    "mv": _lines(("", _C, "it moves files")),
    "ln": _lines(("", _C, "it writes links")),
    "mkdir": _lines(("", _C, "it makes folders")),
    "touch": _lines(("", _C, "it writes files")),
    "tee": _lines(("", _C, "it writes files")),
    "chmod": _lines(("", _C, "it changes who may use files")),
    "chown": _lines(("", _C, "it changes who owns files")),
    "rsync": _lines(("-n, --dry-run", _R, "a dry run changes nothing"), ("", _C, "it copies files"), ("--delete", _H, "it deletes files at the target")),
    "scp": _lines(("", _C, "it copies files")),
    "sftp": _lines(("", _C, "it copies files")),
    "tar": _lines(("", _C, "it writes files"), ("-t, -tf, -tvf, -tzf, -tzvf, --list, tf, tvf, tzf, tzvf", _R, "it lists an archive")),
    "gzip": _lines(("", _C, "it writes files"), ("-l, -t, -dc", _R, "it shows an archive")),
    "gunzip": _lines(("", _C, "it writes files"), ("-c, -t", _R, "it shows an archive")),
    "zip": _lines(("", _C, "it writes files")),
    "unzip": _lines(("", _C, "it writes files"), ("-l", _R, "it lists an archive")),
    "sed": _lines(("", _R, "without -i it only prints"), ("-i, --in-place", _C, "it edits files in place")),
    "awk": _lines(("", _R, "it prints what it selects")),
    "gawk": _lines(("", _R, "it prints what it selects")),
    "find": _lines(("", _R, "it lists files")),
    "kill": _lines(("", _C, "it signals processes"), ("-0, -l", _R, "it only asks whether a process is there")),
    "pkill": _lines(("", _C, "it signals processes")),
    "killall": _lines(("", _C, "it signals processes")),
    "reboot": _lines(("", _H, "it takes the whole machine down")),
    "shutdown": _lines(("", _H, "it takes the whole machine down")),
    "poweroff": _lines(("", _H, "it takes the whole machine down")),
    "init": _lines(("", _H, "it changes the state of the whole machine")),
    "nginx": _lines(("-t, -T, -v, -V", _R, "it checks the configuration"), ("-s", _C, "it signals the server"), ("", _C, "it starts the server")),
    "pg_dump": _lines(("", _R, "it reads the database")),
    "pg_dumpall": _lines(("", _R, "it reads the databases")),
    "pg_restore": _lines(("-l, --list", _R, "it lists an archive"), ("", _H, "it restores over data"), ("--clean, -c", _H, "it drops objects before it restores them")),
    "dropdb": _lines(("", _H, "it removes a whole database")),
    "createdb": _lines(("", _C, "it makes a database")),
    "pg_ctl": _lines(("status", _R, "it shows the server's state"), ("promote", _H, "it turns a standby into a primary"), ("", _C, "it starts or stops the server")),
    "vacuumdb": _lines(("", _C, "it writes to tables")),
    "reindexdb": _lines(("", _C, "it writes indexes anew")),
    "patronictl": _lines(("list, topology, history, show-config, version", _R, "it shows the cluster"), ("failover, switchover", _H, "it makes another server the primary"), ("reinit, remove", _H, "it throws a server's data away"), ("restart, reload, pause, resume, edit-config", _C, "it changes the cluster")),
    "k6": _lines(("", _C, "it puts load on the service")),
    "ab": _lines(("", _C, "it puts load on the service")),
    "wrk": _lines(("", _C, "it puts load on the service")),
    "hey": _lines(("", _C, "it puts load on the service")),
    "apt": _lines(("list, show, search, policy", _R, "it shows packages"), ("", _C, "it changes packages")),
    "apt-get": _lines(("", _C, "it changes packages")),
    "yum": _lines(("list, info, search", _R, "it shows packages"), ("", _C, "it changes packages")),
    "dnf": _lines(("list, info, search", _R, "it shows packages"), ("", _C, "it changes packages")),
    "apk": _lines(("info, list, search", _R, "it shows packages"), ("", _C, "it changes packages")),
    "brew": _lines(("list, info, search", _R, "it shows packages"), ("", _C, "it changes packages")),
    "pip": _lines(("list, show, freeze, check, --version", _R, "it shows packages"), ("", _C, "it changes packages")),
    "crontab": _lines(("-l", _R, "it shows the table"), ("-r", _H, "it removes the whole table"), ("", _C, "it changes the table")),
    "iptables": _lines(("-L, -S, -nL, -nvL", _R, "it shows the rules"), ("-F, --flush", _H, "it removes every rule"), ("", _C, "it changes the firewall")),
    "ufw": _lines(("status", _R, "it shows the rules"), ("", _C, "it changes the firewall")),
    "fail2ban-client": _lines(("status", _R, "it shows the bans"), ("", _C, "it changes the bans")),
    "ip": _lines(("a, addr, address, route, link, r, neigh, -s, addr show, route show, link show", _R, "it shows the network"), ("addr add, addr del, route add, route del, link set", _C, "it changes the network")),
    "mount": _lines(("", _C, "it mounts a file system")),
    "umount": _lines(("", _C, "it takes a file system away")),
    "swapoff": _lines(("", _C, "it changes memory")),
    "sysctl": _lines(("-a, -n", _R, "it shows settings"), ("-w, -p", _C, "it changes settings"), ("", _U, "it may show or change a setting")),
    "certbot": _lines(("certificates", _R, "it shows certificates"), ("renew, certonly", _C, "it changes certificates"), ("revoke, delete", _H, "it takes certificates away")),
    "openssl": _lines(("s_client, x509, verify, version, rand, dgst, ciphers", _R, "it shows certificates")),
    "keytool": _lines(("-list", _R, "it shows certificates")),
    "logrotate": _lines(("-d", _R, "a dry run changes nothing"), ("", _C, "it rotates logs")),
    "logger": _lines(("", _C, "it writes a log line")),
    "mail": _lines(("", _C, "it sends mail")),
    "supervisorctl": _lines(("status, tail, pid, avail", _R, "it shows processes"), ("restart, start, stop, reload, reread, update, signal, shutdown", _C, "it changes processes")),
    "terraform": _lines(("plan, show, output, state list, state show, validate, version, providers, graph", _R, "it shows the plan"), ("apply, import, init, taint, untaint, refresh, workspace, fmt, get", _C, "it changes the infrastructure"), ("destroy, apply -auto-approve, state rm, force-unlock", _H, "it may destroy infrastructure")),
    "ansible-playbook": _lines(("--check, --list-tasks, --syntax-check", _R, "it changes nothing"), ("", _C, "it changes machines")),
    "fly": _lines(("status, logs, list, ips list, releases", _R, "it shows what is there"), ("deploy, restart, scale, secrets set, apps restart", _C, "it changes the app"), ("destroy, apps destroy, volumes destroy", _H, "it destroys the app")),
    "heroku": _lines(("ps, logs, releases, status, info, config, pg:info, pg:ps, addons", _R, "it shows what is there"), ("restart, ps:restart, ps:scale, config:set, rollback, maintenance:on, maintenance:off, run, pg:kill", _C, "it changes the app"), ("pg:reset, apps:destroy, pg:restore, pg:backups:restore", _H, "it throws data away")),
    "supabase": _lines(("status, db diff, migration list, projects list, functions list, --version", _R, "it shows what is there"), ("db push, migration up, functions deploy, link, start, stop, migration repair", _C, "it changes the project"), ("db reset", _H, "it drops the database and creates it anew")),
    "ssh-keygen": _lines(("-l, -lf", _R, "it shows a key"), ("", _C, "it makes or removes keys")),
    "ulimit": _lines(("", _R, "it shows limits")),
    "alembic": _lines(("current, history, heads, show, check, branches", _R, "it shows migrations"), ("upgrade, stamp, revision, merge", _C, "it changes the database"), ("downgrade", _H, "it may drop tables and columns")),
    "wal-g": _lines(("backup-list, wal-show, wal-verify", _R, "it shows backups"), ("backup-push", _C, "it makes a backup"), ("backup-fetch, delete", _H, "it overwrites or removes backups")),
    "pgbackrest": _lines(("info, check, version, verify", _R, "it shows backups"), ("backup, start, stop, stanza-create", _C, "it makes a backup"), ("restore, expire, stanza-delete", _H, "it overwrites or removes backups")),
}  # fmt: skip

ARGUMENT_WORDS = frozenset("aws gcloud az".split())
"""Cloud programs: what they do is said by the first word of their operation, which is found by READ_VERBS."""
READ_VERBS = (
    "describe",
    "list",
    "get",
    "show",
    "ls",
    "head",
    "filter",
    "lookup",
    "tail",
    "wait",
    "help",
    "read",
    "view",
)
"""How an operation of a cloud program begins when it only reads."""
HIGH_VERBS = ("rm", "delete", "terminate", "destroy", "remove", "purge", "rb", "restore", "promote", "failover")
"""How an operation of a cloud program begins when it is hard to take back."""

INTERPRETERS = frozenset("python python3 node ruby perl php deno ts-node tsx java go cargo make".split())
"""Programs that run a program of the project's own; only their version is known to be a read."""

EVALUATING = frozenset(
    "awk gawk sed jq yq perl python python3 node ruby php psql mysql mongosh sqlite3 eval find xargs".split()
)
"""Programs that read one of their arguments as a program: a value in it may not be any text."""

KNOWN = (
    ALWAYS_READ
    | STREAMING
    | SESSION
    | frozenset(TABLE)
    | ARGUMENT_WORDS
    | INTERPRETERS
    | EVALUATING
    | frozenset(
        """curl wget http https psql redis-cli valkey-cli mysql mongosh sqlite3 ssh sudo doas su sh bash zsh nohup
        timeout time xargs npx pnpx bunx nice if for while case until aws crictl ctr etcdctl consul vault rabbitmqctl
        kafka-topics kafka-consumer-groups gh glab celery flask rails rake bundle gunicorn uvicorn pytest mvn gradle
        dotnet poetry uv pipenv virtualenv pyenv nvm rbenv velero argocd flux istioctl linkerd promtool amtool logcli
        mc s3cmd rclone restic borg nomad haproxy varnishadm memcached-tool mysqladmin mysqldump nc ncat telnet
        passwd useradd usermod userdel chpasswd visudo exit logout""".split()
    )
)
"""Names by which a line is recognised as shell."""
