"""What PostgreSQL and Redis themselves say about what somebody did there, judged apart from the cockpit's own code."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pglast
import psycopg
import redis
from pglast import ast
from pglast.visitors import Visitor

from cockpit.sandbox.info import RangeInfo
from tests.support.range import wait_for

OBSERVER = "cockpit_observer"

# --- PostgreSQL: its log of all statements ---

_ENTRY = re.compile(
    r"^\d{4}-\d\d-\d\d [\d:.]+ UTC \[\d+\] (?P<user>\S+?)@\S+ (?P<name>.*?) (?P<level>LOG|ERROR|STATEMENT|DETAIL):  "
)
_STATEMENT = re.compile(r"(?:statement|execute [^:]*): (.*)", re.DOTALL)
_HARMLESS_NODES = (
    ast.SelectStmt,
    ast.TransactionStmt,
    ast.VariableSetStmt,
    ast.VariableShowStmt,
    ast.FetchStmt,
    ast.DeclareCursorStmt,
    ast.ClosePortalStmt,
)
_HARMFUL_FUNCTIONS = re.compile(
    r"^(pg_terminate_backend|pg_cancel_backend|pg_reload_conf|pg_switch_wal|pg_rotate_logfile|pg_notify|set_config"
    r"|nextval|setval|lo_.*|lowrite|pg_(try_)?advisory_.*|dblink.*|pg_stat_reset.*|pg_create_.*|pg_drop_.*)$"
)
_FORBIDDEN_SETTINGS = ("default_transaction_read_only", "transaction_read_only", "session_authorization", "role")


@dataclass(frozen=True, slots=True)
class Logged:
    """One statement in the server's log: who, under which application_name, what."""

    user: str
    application: str
    text: str


@contextlib.contextmanager
def statements_logged(info: RangeInfo) -> Iterator[PostgresWitness]:
    """PostgreSQL writes down every statement meanwhile."""
    with psycopg.connect(info.postgres_admin, autocommit=True) as admin:
        admin.execute("ALTER SYSTEM SET log_statement = 'all'")
        admin.execute("SELECT pg_reload_conf()")
        wait_for(lambda: admin.execute("SHOW log_statement").fetchone() == ("all",), "all statements are logged")
        log = Path(info.log_dir) / "postgres.log"
        try:
            yield PostgresWitness(log, log.stat().st_size)
        finally:
            admin.execute("ALTER SYSTEM RESET log_statement")
            admin.execute("SELECT pg_reload_conf()")


@dataclass(frozen=True, slots=True)
class PostgresWitness:
    """Reads the server's log from a position on."""

    log: Path
    start: int

    def statements(self) -> list[Logged]:
        """Every statement that was logged."""
        found: list[Logged] = []
        for entry in self._entries():
            head = _ENTRY.match(entry)
            body = _STATEMENT.match(entry[head.end() :]) if head else None
            if head and body:
                found.append(Logged(head["user"], head["name"], body[1]))
        return found

    def of(self, *users: str) -> list[Logged]:
        """The statements of some roles, and all that ran under the cockpit's application_name."""
        return [s for s in self.statements() if s.user in users or s.application == "cockpit"]

    def _entries(self) -> list[str]:
        """Log entries; their further lines begin with a tab."""
        with self.log.open("rb") as file:
            file.seek(self.start)
            text = file.read().decode("utf-8", "replace")
        return re.split(r"\n(?!\t)", text)


class _Harm(Visitor):
    """Looks for what writes anywhere inside a statement."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def visit(self, ancestors: object, node: ast.Node) -> None:
        """Called for nodes of every other kind: a statement inside another one."""
        if isinstance(node, (ast.InsertStmt, ast.UpdateStmt, ast.DeleteStmt, ast.MergeStmt, ast.IntoClause)):
            self.found.append(type(node).__name__)
        if isinstance(node, ast.LockingClause):
            self.found.append("row locks")
        if isinstance(node, ast.FuncCall):
            name = str((node.funcname or ())[-1].sval)
            if _HARMFUL_FUNCTIONS.match(name):
                self.found.append(name)


def sql_writes(text: str) -> list[str]:
    """What in a text of SQL is more than a read; empty when nothing is."""
    found: list[str] = []
    for raw in pglast.parse_sql(text):
        statement = raw.stmt
        if not isinstance(statement, _HARMLESS_NODES):
            found.append(type(statement).__name__)
        if isinstance(statement, ast.VariableSetStmt) and statement.name in _FORBIDDEN_SETTINGS:
            found.append(f"SET {statement.name}")
        if isinstance(statement, ast.TransactionStmt):
            options = {option.defname: option.arg.val.ival for option in statement.options or ()}
            if options.get("transaction_read_only") == 0:
                found.append("READ WRITE")
        looker = _Harm()
        looker(raw)
        found += looker.found
    return found


# --- Redis: MONITOR, and its list of denied commands ---

_HARMLESS_COMMANDS = {"HELLO", "AUTH", "SELECT", "PING", "INFO", "COMMAND", "ECHO", "TIME", "QUIT"}
_CONTAINERS = {"MEMORY", "OBJECT", "XINFO"}
"""Commands whose parts the server describes one by one."""
_HARMLESS_PARTS = {*(("CLIENT", part) for part in ("SETNAME", "GETNAME", "ID", "SETINFO")), ("SLOWLOG", "LEN")}


@dataclass(frozen=True, slots=True)
class Sent:
    """One command that Redis carried out: the client's address, and the command's words."""

    address: str
    words: tuple[str, ...]


@dataclass
class RedisWitness:
    """What MONITOR showed, who was connected, and what was denied."""

    admin: redis.Redis
    sent: list[Sent] = field(default_factory=list)
    users: dict[str, str] = field(default_factory=dict)
    _readonly: dict[str, bool] = field(default_factory=dict)

    def of_cockpit(self) -> list[Sent]:
        """The commands on connections of the observer's user, or that call themselves cockpit."""
        named = {s.address for s in list(self.sent) if s.words[:3] == ("CLIENT", "SETNAME", "cockpit")}
        named |= {address for address, user in self.users.items() if user == OBSERVER}
        return [s for s in list(self.sent) if s.address in named]

    def writes(self) -> list[str]:
        """What the cockpit's connections sent that is more than a read, and what Redis denied the observer."""
        found = [" ".join(s.words) for s in self.of_cockpit() if not self._reads(s.words)]
        return found + self.denied()

    def denied(self) -> list[str]:
        """What the observer's user was denied, apart from the driver's own greeting."""
        entries = self.admin.acl_log()
        harmless = ("client|setinfo",)
        objects = [str(entry["object"]) for entry in entries if entry["username"] == OBSERVER]
        return [name for name in objects if name not in harmless]

    def look_around(self) -> None:
        """Note whose connections there are."""
        for client in self.admin.client_list():
            self.users[client["addr"]] = client["user"]

    def _reads(self, words: tuple[str, ...]) -> bool:
        name = words[0].upper()
        if name in _HARMLESS_COMMANDS or (len(words) > 1 and (name, words[1].upper()) in _HARMLESS_PARTS):
            return True
        if name in _CONTAINERS and len(words) > 1:
            name = f"{name}|{words[1].upper()}"
        if name not in self._readonly:
            described = self.admin.execute_command("COMMAND", "INFO", name)  # type: ignore[no-untyped-call]
            self._readonly[name] = isinstance(described, dict) and any(
                "readonly" in {str(flag) for flag in told["flags"]} for told in described.values()
            )
        return self._readonly[name]


@contextlib.contextmanager
def commands_monitored(info: RangeInfo) -> Iterator[RedisWitness]:
    """Redis tells of every command meanwhile."""
    with (
        redis.Redis.from_url(info.redis_admin) as admin,
        redis.Redis.from_url(info.redis_admin, socket_timeout=None) as line,
    ):
        admin.acl_log_reset()
        witness, over = RedisWitness(admin), threading.Event()
        with line.monitor() as monitor:
            listener = threading.Thread(target=_listen, args=(monitor, witness, over), daemon=True)
            listener.start()
            yield witness
            over.set()
            admin.ping()
            listener.join(5)


def _listen(monitor: redis.client.Monitor, witness: RedisWitness, over: threading.Event) -> None:
    while not over.is_set():
        told = monitor.next_command()  # type: ignore[no-untyped-call]
        words = tuple(told["command"].split(" "))
        address = f"{told['client_address']}:{told['client_port']}"
        witness.sent.append(Sent(address, (words[0].upper(), *words[1:])))
