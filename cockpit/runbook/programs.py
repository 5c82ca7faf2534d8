"""What programs and their sub-commands do, as data. A program that is not here is unknown, never read."""

from __future__ import annotations

from cockpit.runbook import (
    programs_containers,
    programs_data,
    programs_development,
    programs_operations,
    programs_system,
)
from cockpit.runbook.program_table import ProgramTable, read_tables
from cockpit.runbook.words import words

ALWAYS_READ = words(
    """
    ls ll cat head tail less more grep egrep fgrep zgrep rg ack wc sort uniq cut tr jq yq column nl tac rev fold
    df du free uptime uname hostname whoami id groups w who last date cal env printenv pwd echo printf true false
    test [ [[ stat file readlink realpath basename dirname which whereis type ps pstree pgrep pidof top htop btop
    glances atop iotop iftop nethogs vmstat iostat mpstat pidstat sar dmesg lsof fuser ss netstat dig nslookup host
    ping ping6 traceroute tracepath mtr whois getent nproc lscpu lsblk lsmem findmnt arp tree diff cmp comm md5sum
    sha1sum sha256sum sha512sum cksum base64 xxd od hexdump strings seq sleep watch pg_isready pg_controldata
    journalctl bc expr lsmod locale tput clear man help history jobs wait zcat bzcat xzcat multitail
    ngrep pg_activity lnav ccze paste join numfmt tokei cloc sed awk gawk find :
    """
)
"""Programs that only read, whatever their arguments are (`reader_risk` knows the arguments that make them write)."""

STREAMING = words(
    """
    htop btop glances atop iotop iftop nethogs watch nano vi vim nvim emacs less more man mtr tmux screen
    tcpdump ngrep ctop lazydocker k9s pg_activity multitail lnav mitmproxy
    """
)
"""Programs that take the whole screen or do not end by themselves."""

SESSION = words(
    "cd pushd popd export source . set unset alias shopt umask declare nvm exit logout return break continue read"
)
"""Programs that change only the shell they run in."""

TABLE: dict[str, ProgramTable] = {
    **read_tables(programs_containers.TEXT),
    **read_tables(programs_development.TEXT),
    **read_tables(programs_system.TEXT),
    **read_tables(programs_data.TEXT),
    **read_tables(programs_operations.TEXT),
}
"""The tables by program; docker-compose is looked up as `docker compose`."""

CLOUD = words("aws gcloud az")
"""Cloud programs; `cloud_risk` judges them by the first verb of the operation."""

INTERPRETERS = words("python python3 node ruby perl php deno ts-node tsx java go cargo make")
"""Programs that run a program of the project's own; only their version is known to be a read."""

EVALUATING = words(
    """
    awk gawk sed jq yq perl python python3 node ruby php psql mysql mongosh sqlite3 eval find xargs
    """
)
"""Programs that read one of their arguments as a program: a value in it may not be any text."""

KNOWN = (
    ALWAYS_READ
    | STREAMING
    | SESSION
    | frozenset(TABLE)
    | CLOUD
    | INTERPRETERS
    | EVALUATING
    | words(
        """
        docker-compose curl wget http https xh psql redis-cli valkey-cli mysql mongosh sqlite3 ssh sudo doas su sh
        bash
        zsh nohup timeout time xargs parallel npx pnpx bunx nice if for while case until flask rails rake bundle
        gunicorn
        uvicorn mvn gradle dotnet virtualenv pyenv rbenv nomad linkerd memcached-tool nc ncat telnet azd doppler
        command
        """
    )
)
"""Names by which a line is recognised as shell."""
