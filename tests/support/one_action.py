"""Carries one action over the real road in a process of its own, which a test may kill in the middle.

As a program it waits for orders on its input, one JSON object a line, and forks for each: what takes long to load is
loaded once. The fork says `pid N`, `ready` when it has looked at the target, then at once carries the action out and
says `ended KIND`; `gone` is said for it when it is, however it ended.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.docker_engine import DockerEngine
from cockpit.adapters.docker_executor import DockerExecutor
from cockpit.adapters.http import HttpClient
from cockpit.adapters.http_steps import HttpExecutor
from cockpit.adapters.journal_sqlite import SqliteJournal
from cockpit.adapters.pm2 import Pm2
from cockpit.adapters.pm2_executor import Pm2Executor
from cockpit.adapters.postgres_connection import PostgresConnection
from cockpit.adapters.postgres_executor import PostgresExecutor
from cockpit.adapters.process_executor import ProcessExecutor
from cockpit.adapters.processes import Supervisor
from cockpit.adapters.redis_connection import RedisConnection
from cockpit.adapters.redis_executor import RedisExecutor
from cockpit.adapters.shell import ShellExecutor
from cockpit.config.secrets import Secret
from cockpit.engine.policy import CONFIRMED, Policy
from cockpit.engine.road import Road
from cockpit.engine.steps.live import Live, watched
from cockpit.model.actions import Draft, Origin
from cockpit.model.incident import EnvironmentFacts, Role
from cockpit.model.masking import Masker
from cockpit.model.operations import HttpRequest, Operation, RedisCommand, ServiceOperation, ShellCommand, SqlStatement
from cockpit.model.ports import Executor
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.risk import Risk, RiskVerdict
from cockpit.model.runbook import Context
from cockpit.runbook.commands import build_command
from cockpit.runbook.resolve import resolve
from cockpit.runbook.sql_risk import judge_sql
from tests.support.awaiting import until

Order: TypeAlias = Mapping[str, str]
"""`kind`, `journal`, `at` (where the system is), `what` is done there, and `command`, which is written down for it."""
PATIENCE = 5.0
"""Seconds that a change made in a transaction may stay open; it is kept as soon as it is made."""


def _sql(order: Order) -> tuple[Executor, Operation]:
    connection = PostgresConnection(SourceId(SourceKind.POSTGRES, "main"), Secret(order["at"]))
    return PostgresExecutor(connection, judge_sql), SqlStatement(order["what"])


def _redis(order: Order) -> tuple[Executor, Operation]:
    line = RedisConnection("kv", Secret(order["at"]))
    return RedisExecutor(line, [], "lock:", SystemClock()), RedisCommand(tuple(order["what"].split()))


def _http(order: Order) -> tuple[Executor, Operation]:
    method, _, path = order["what"].partition(" ")
    return HttpExecutor(HttpClient(base_url=order["at"])), HttpRequest(method, path)


def _docker(order: Order) -> tuple[Executor, Operation]:
    return DockerExecutor(DockerEngine("host1", timeout=20), SystemClock()), _restart(order)


def _process(order: Order) -> tuple[Executor, Operation]:
    return ProcessExecutor(Supervisor("shop", order["at"]), SystemClock()), _restart(order)


def _pm2(order: Order) -> tuple[Executor, Operation]:
    home, program = order["at"].split("\n")
    return Pm2Executor(Pm2("apps", home, program, deadline=30), SystemClock()), _restart(order)


def _shell(order: Order) -> tuple[Executor, Operation]:
    return ShellExecutor(), ShellCommand(order["what"])


def _ssh(order: Order) -> tuple[Executor, Operation]:
    return ShellExecutor(), resolve(build_command(order["what"], 1, context=Context("ssh", order["at"])), {})


def _restart(order: Order) -> ServiceOperation:
    verb, name = order["what"].split()
    return ServiceOperation(verb, name)


KINDS: dict[str, Callable[[Order], tuple[Executor, Operation]]] = {
    "sql": _sql,
    "redis": _redis,
    "http": _http,
    "docker": _docker,
    "process": _process,
    "pm2": _pm2,
    "shell": _shell,
    "ssh": _ssh,
}


async def carry(order: Order) -> None:
    """The whole road, as the cockpit goes it for a step."""
    executor, operation = KINDS[order["kind"]](order)
    clock, journal = SystemClock(), SqliteJournal(Path(order["journal"]), "ada@laptop")
    facts = EnvironmentFacts("sandbox", "SANDBOX", protected=False)
    policy = Policy(Role.OPERATOR, facts, clock, "ada@laptop")
    road = Road(policy, {executor.id: executor}, journal, clock, Masker(), lambda: "", lambda _: None)
    draft = Draft(
        executor.id,
        operation,
        order["command"],
        RiskVerdict(Risk.CHANGE, "it changes something"),
        Origin("runbook", "stuck.md:7", "stuck/1"),
        patience=PATIENCE if isinstance(operation, SqlStatement) else 0.0,
    )
    action = await road.prepare(draft)
    say("ready")
    with watched(Live()) as under_way:
        keeping = asyncio.create_task(_keep(under_way))
        outcome = await road.carry_out(action, CONFIRMED)
        keeping.cancel()
    say(f"ended {outcome.kind.value} {outcome.reason}")


async def _keep(under_way: Live) -> None:
    """Press the key that keeps what a statement has changed, as soon as it is asked for."""
    await until(lambda: under_way.open_change is not None)
    under_way.decide(keep=True)


def say(text: str) -> None:
    """One line to whoever gave the order."""
    os.write(1, f"{' '.join(text.split())}\n".encode())


def _take_orders() -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            say(f"pid {os.getpid()}")
            try:
                asyncio.run(carry(json.loads(line)))
            except Exception:
                traceback.print_exc()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        say("gone")


if __name__ == "__main__":
    _take_orders()
