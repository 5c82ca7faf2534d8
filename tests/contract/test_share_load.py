"""However many follow, PostgreSQL, the watched Redis and the service are asked by the operator's cockpit alone."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from tests.support.awaiting import until_sync
from tests.support.cockpit import TOP, variables
from tests.support.range import start_range
from tests.support.relay import Relay, relay_tcp
from tests.support.servers import running_redis
from tests.support.witness import PostgresWitness, RedisWitness, commands_monitored, statements_logged

ROUNDS = 6
"""Looks at the connections of whoever follows; between two of them the operator asks for its readings again."""


@contextlib.contextmanager
def headless(what: str, config: Path, number: int = 1) -> Iterator[psutil.Process]:
    """Cockpits without a screen, once they are at work."""
    command = [sys.executable, "-m", "tests.support.headless", what, str(config), str(number)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=variables(), cwd=TOP
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "at work"
        yield psutil.Process(process.pid)
        process.stdin.close()
        process.wait(30)


@dataclass(frozen=True)
class Figures:
    """What the watched systems themselves tell of who asked them, and the seconds in which that was."""

    seconds: float
    statements: int
    commands: int
    requests: int

    def words(self) -> str:
        rates = (self.statements / self.seconds, self.commands / self.seconds, self.requests / self.seconds)
        return "{:.1f} statements/s, {:.1f} commands/s, {:.1f} requests/s".format(*rates)


@dataclass(frozen=True)
class Watched:
    """The witnesses at the systems that an operator watches."""

    postgres: PostgresWitness
    redis: RedisWitness
    service: Relay

    def since(self, began: float) -> Figures:
        asked = [one for one in self.service.asked() if one.method in ("GET", "HEAD")]
        counts = len(self.postgres.of()), len(self.redis.of_cockpit()), len(asked)
        return Figures(time.monotonic() - began, *counts)


def remote_ports(process: psutil.Process) -> set[int]:
    lines = process.net_connections("inet")
    return {line.raddr.port for line in lines if line.status == psutil.CONN_ESTABLISHED}


def look_while_asked(watched: Watched, process: psutil.Process | None) -> tuple[set[int], Figures]:
    """The ports that a process holds connections to while the operator goes on asking, and what was asked meanwhile."""
    ports, began = set[int](), time.monotonic()
    first = last = watched.since(began)
    for _ in range(ROUNDS):
        until_sync(lambda at=last: watched.since(began).statements >= at.statements + 10, 60.0, "further statements")  # type: ignore[misc]
        last = watched.since(began)
        ports |= remote_ports(process) if process is not None else set()
    asked = last.statements - first.statements, last.commands - first.commands, last.requests - first.requests
    return ports, Figures(last.seconds - first.seconds, *asked)


def test_followers_ask_nothing_of_what_is_watched(capsys: pytest.CaptureFixture[str]) -> None:
    with start_range() as info, running_redis() as share, relay_tcp(urlsplit(info.api).port or 0) as service:
        config = Path(info.config).with_name("shared.toml")
        text = Path(info.config).read_text().replace(info.api, service.url)
        config.write_text(f'{text}\n[share]\nurl = "{share.url}"\n')
        with statements_logged(info) as postgres, commands_monitored(info) as redis, headless("operate", config):
            redis.look_around()
            watched = Watched(postgres, redis, service)
            look_while_asked(watched, None)
            figures = {0: look_while_asked(watched, None)[1]}
            for number in (1, 10):
                with headless("follow", config, number) as followers:
                    ports, figures[number] = look_while_asked(watched, followers)
                assert ports == {share.port}, "who follows is connected to the share and to nothing else"
        with capsys.disabled():
            lines = [f"{number:2} followers: {found.words()}" for number, found in figures.items()]
            sys.stdout.write("\n" + "\n".join(lines) + " ")
        assert all(found.statements and found.commands and found.requests for found in figures.values())
