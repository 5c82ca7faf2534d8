"""What runs a command: read from its text, with the wrapper around a database client taken off."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from cockpit.model.runbook import Context, Kind
from cockpit.runbook import http_text, placeholders, programs, redis_commands, shell_syntax, sql_text
from cockpit.runbook.clients import client_statement
from cockpit.runbook.shell_syntax import SimpleCommand
from cockpit.runbook.words import words
from cockpit.runbook.wrappers import innermost, peel

SHELL_LANGUAGES = words("bash sh shell zsh console terminal shell-session shellscript fish ksh cmd command commandline")
SQL_LANGUAGES = frozenset({"sql", "postgresql", "postgres", "psql", "pgsql", "plpgsql"})
REDIS_LANGUAGES = frozenset({"redis", "redis-cli", "valkey"})
HTTP_LANGUAGES = frozenset({"http", "https", "rest"})
QUERY_LANGUAGES = frozenset({"promql", "logql", "metricsql", "kql", "splunk", "spl"})
MANUAL_LANGUAGES = frozenset({"manual"})
DECISION_LANGUAGES = frozenset({"decision"})
COPY_LANGUAGES = words(
    """ts typescript tsx js javascript jsx python py ruby rb go golang java kotlin scala rust php perl csharp cs c cpp
    swift elixir lua r groovy powershell ps1 pwsh json json5 jsonc yaml yml toml ini xml html css hcl terraform tf
    dockerfile nginx conf properties env dotenv diff patch graphql gql proto makefile cue csv"""
)

_SQL_START = re.compile(
    r"^\s*(?:SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|WITH|ALTER\s+(?:SYSTEM|DATABASE|TABLE|ROLE|USER|INDEX)|TRUNCATE|VACUUM|ANALYZE|EXPLAIN"
    r"|REINDEX|CREATE\s+(?:INDEX|TABLE|EXTENSION|ROLE|USER|UNIQUE|DATABASE|VIEW|MATERIALIZED|OR)|DROP\s+(?:TABLE|INDEX|DATABASE|VIEW|ROLE|SCHEMA)|SHOW|SET|RESET"
    r"|BEGIN|COMMIT|ROLLBACK|GRANT|REVOKE|COPY|LOCK\s+TABLE|CHECKPOINT|CALL|DO)\b",
    re.IGNORECASE,
)
_LOG_FILE = re.compile(r"(?:^|[/.])(?:logs?|journal)(?:[/.]|$)|\.log(?:\.\d+|\.gz)?$|/var/log/|syslog|messages$")
_SETTINGS_FILE = re.compile(r"(?:^|/)\.env(?:\.\w+)*$")
_LOG_FOLLOWERS = frozenset({"grep", "egrep", "fgrep", "tail", "head", "sort", "uniq", "wc", "less", "cat", "cut"})


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a command turned out to be.

    Attributes:
        kind: what runs it.
        text: what runs, out of its wrapper where there was one.
        unwrapped_from: the text as written when it was taken out of a wrapper.
        opens: the context that it opens, when it opens one.
        session: True for cd, export, X=y.
        streaming: True when it does not end by itself or takes the whole screen.
    """

    kind: Kind
    text: str
    unwrapped_from: str | None = None
    opens: Context | None = None
    session: bool = False
    streaming: bool = False


@lru_cache(maxsize=4096)
def recognise(text: str) -> Recognised:
    """What a line of a shell fence is; a line of SQL, Redis or HTTP among them is recognised too."""
    if http_text.is_request_line(text.split("\n")[0]):
        return Recognised(Kind.HTTP, text)
    if looks_like_sql(text) or looks_like_redis(text):
        return Recognised(Kind.SQL if looks_like_sql(text) else Kind.REDIS, text)
    masked = placeholders.mask(text)
    parts = shell_syntax.read(masked)
    if not parts.commands:
        session = (
            bool(parts.assignments) or "declaration_command" in parts.compound or "unset_command" in parts.compound
        )
        return Recognised(Kind.SHELL, text, session=session)
    first = parts.commands[0]
    core, wrapped = innermost(parts.commands[-1] if _is_one(parts) else first)
    streaming = any(_streams(innermost(command)[0], command) for command in parts.commands)
    if len(parts.commands) == 1 and parts.compound in ((), ("heredoc_redirect",)):
        if core.program in programs.SESSION and not wrapped:
            return Recognised(Kind.SHELL, text, session=True)
        opened = _opens(first, core, text)
        if opened is not None and "heredoc_redirect" not in parts.compound:
            return Recognised(Kind.SHELL, text, opens=opened, streaming=True)
    alone = not parts.redirects and not _expands(parts)
    statement = client_statement(core) if alone and _is_one(parts) else None
    if statement is not None and statement.text and not statement.writes:
        unwrapped = _unwrapped(text, parts, statement.language)
        if unwrapped is not None:
            return unwrapped
    return Recognised(_program_kind(parts, core, wrapped), text, streaming=streaming)


def looks_like_sql(text: str) -> bool:
    """True when a text begins like SQL and PostgreSQL's parser accepts it."""
    return _SQL_START.match(text) is not None and sql_text.parse(text) is not None


def looks_like_redis(text: str) -> bool:
    """True when a line begins with a Redis command in capitals."""
    found = re.match(r"^([A-Z]{3,}|[A-Z]{2,4}\.[A-Z]+)(?:\s+(\S.*))?$", text.strip())
    if found is None or found[1] not in redis_commands.ALL_NAMES or "\n" in text.strip():
        return False
    if (found[1] == "SET" and len(text.split()) < 3) or (found[2] or "").startswith("="):
        return False
    alone = {"PING", "INFO", "DBSIZE", "FLUSHALL", "FLUSHDB", "MONITOR", "BGSAVE", "SAVE", "ROLE", "TIME", "LASTSAVE"}
    return found[2] is not None or found[1] in alone


def _is_one(parts: shell_syntax.ShellText) -> bool:
    """True for one program, also when `echo` or a here-document feeds it."""
    if set(parts.compound) - {"pipeline", "heredoc_redirect", "herestring_redirect"}:
        return False
    fed = len(parts.commands) == 2 and parts.commands[0].program in ("echo", "printf", "cat")
    return len(parts.commands) == 1 or (fed and parts.commands[1].piped_from is parts.commands[0])


def _expands(parts: shell_syntax.ShellText) -> bool:
    return "command_substitution" in parts.compound or "process_substitution" in parts.compound


def _unwrapped(text: str, parts: shell_syntax.ShellText, language: str) -> Recognised | None:
    """The statement out of its wrapper; None when several arrive at once, which a client must then run itself."""
    # The statement is taken from the text as written, so that its placeholders are those of the author.
    places = placeholders.find(text, Kind.SHELL)
    original = shell_syntax.read(placeholders.replace(text, places, _token))
    inner, _ = innermost((original.commands or parts.commands)[-1])
    statement = client_statement(inner)
    body = statement.text if statement is not None else ""
    for index, place in enumerate(places):
        body = body.replace(_token(index, place), text[place.start : place.end])
    if statement is not None and statement.arrives and not _is_single(body, language):
        return None
    body = body[:-1] if body.count(";") == 1 and body.endswith(";") and ";" not in text else body
    return Recognised(Kind.SQL if language == "sql" else Kind.REDIS, body.strip(), unwrapped_from=text)


def _is_single(body: str, language: str) -> bool:
    if language == "sql":
        return len(sql_text.statements(body)) == 1
    return "\n" not in body.strip()


def _token(index: int, _place: placeholders.Placeholder) -> str:
    return f"PLACEHOLDER{index}X"


def _opens(first: SimpleCommand, core: SimpleCommand, text: str) -> Context | None:
    peeled = peel(core)
    if peeled is not None and peeled.opens:
        return Context(peeled.wrapper, text)
    peeled = peel(first)
    if peeled is not None and peeled.opens:
        return Context(peeled.wrapper, text)
    statement = client_statement(core)
    if statement is not None and statement.opens:
        return Context(core.program, text)
    if core.program in ("mysql", "mongosh", "sqlite3", "python", "python3", "node", "irb") and len(core.words) <= 2:
        return Context(core.program, text) if not any("." in item for item in core.texts[1:]) else None
    return None


def _program_kind(parts: shell_syntax.ShellText, core: SimpleCommand, wrapped: tuple[str, ...]) -> Kind:
    programs_used = [innermost(command)[0] for command in parts.commands]
    if _is_settings(parts, programs_used):
        return Kind.SETTINGS
    if _is_logs(programs_used):
        return Kind.LOGS
    if _is_request(parts, core):
        return Kind.HTTP
    docker = parts.commands[0].program in ("docker", "docker-compose", "podman", "nerdctl") or any(
        name.startswith(("docker", "podman")) for name in wrapped
    )
    unwrapped = innermost(parts.commands[0])[0].program if wrapped and wrapped[0] in ("sudo", "doas") else ""
    if docker or unwrapped in ("docker", "docker-compose", "podman"):
        return Kind.DOCKER
    return Kind.SHELL


def _is_request(parts: shell_syntax.ShellText, core: SimpleCommand) -> bool:
    if core.program not in ("curl", "wget", "http", "https", "xh") or parts.redirects:
        return False
    rest = parts.commands[1:]
    if not all(_bare_jq(command) for command in rest) or set(parts.compound) - {"pipeline"}:
        return False
    return len(rest) == 0 or "pipeline" in parts.compound


def _bare_jq(command: SimpleCommand) -> bool:
    texts = command.texts
    if command.piped_from is None:
        return False
    return (texts[0] == "jq" and all(text in (".", "-r", "-C", "-S", "-M") for text in texts[1:])) or texts[1:] == (
        "-m",
        "json.tool",
    )


def _is_settings(parts: shell_syntax.ShellText, used: list[SimpleCommand]) -> bool:
    readers = {"cat", "grep", "egrep", "printenv", "env", "head", "tail"}
    if not all(command.program in readers for command in used) or parts.redirects:
        return False
    if used[0].program in ("printenv", "env"):
        return True
    return any(_SETTINGS_FILE.search(text) for command in used for text in command.texts[1:])


def _is_logs(used: list[SimpleCommand]) -> bool:
    if not all(command.program in _LOG_FOLLOWERS for command in used[1:]):
        return False
    first = used[0]
    texts = first.texts
    if first.program == "journalctl" or (first.program in ("pm2", "vercel", "heroku", "stern") and "logs" in texts):
        return True
    if (
        first.program in ("docker", "docker-compose", "podman", "kubectl", "oc")
        and "logs" in texts[:8]
        and "exec" not in texts
    ):
        return True
    if first.program in ("tail", "grep", "egrep", "zgrep", "cat", "less", "head", "awk", "multitail"):
        return any(_LOG_FILE.search(text) for text in texts[1:] if not text.startswith("-"))
    return False


def _streams(core: SimpleCommand, outer: SimpleCommand) -> bool:
    texts = core.texts
    if core.program in ("top",):
        return "-b" not in texts and not any(text.startswith("-b") for text in texts)
    if core.program in programs.STREAMING or outer.program in programs.STREAMING:
        return not (core.program in ("less", "more") and outer.piped_into)
    if core.program == "tail":
        return any(re.fullmatch(r"-\w*[fF]\w*|--follow.*", text) for text in texts[1:])
    if core.program in ("journalctl", "docker", "docker-compose", "kubectl", "podman", "heroku", "stern", "oc"):
        logs = core.program in ("journalctl", "stern") or "logs" in texts
        return logs and any(text in ("-f", "--follow", "--tail", "-ft", "-tf") and text != "--tail" for text in texts)
    if core.program == "pm2":
        return (len(texts) > 1 and texts[1] in ("logs", "log") and "--nostream" not in texts) or "monit" in texts
    if core.program in ("kubectl", "oc") and ({"-w", "--watch"} & set(texts) or "port-forward" in texts):
        return True
    if core.program in ("vmstat", "iostat") and len(texts) == 2 and texts[1].isdigit():
        return True
    if core.program in ("redis-cli", "valkey-cli"):
        return bool({"--stat", "--latency", "MONITOR", "monitor"} & set(texts))
    if core.program in ("docker", "podman") and "stats" in texts:
        return "--no-stream" not in texts
    return (core.program == "stripe" and texts[1:2] == ("listen",)) or (core.program == "crontab" and "-e" in texts)
