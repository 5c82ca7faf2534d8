"""From the configuration of a log to what follows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.adapters.docker_logs import DockerLogs
from cockpit.adapters.files import LogFile
from cockpit.adapters.log_command import CommandLog, NoCommand
from cockpit.adapters.log_glob import LogGlob
from cockpit.adapters.pool import BlockingPool
from cockpit.config.settings import Docker, Environment, Log
from cockpit.model.errors import ConfigError
from cockpit.model.incident import Role
from cockpit.wiring.logs import add_logs, log_source
from cockpit.wiring.parts import Parts
from tests.support.clock import FixedClock

POOL = BlockingPool("unused", 1)


def a_source(log: Log, role: Role = Role.OPERATOR, docker: tuple[Docker, ...] = ()) -> tuple[object, Parts]:
    parts = Parts(role, FixedClock())
    return log_source(parts, Environment(logs=(log,), docker=docker), log, Path("/srv"), POOL, POOL), parts


def test_files_and_patterns_have_a_past() -> None:
    source, parts = a_source(Log(name="api", file="api.log", zone="Europe/Berlin"))
    assert isinstance(source, LogFile)
    assert [archive.stream for archive in parts.archives] == ["api"]
    source, parts = a_source(Log(name="api", file="*.log"))
    assert isinstance(source, LogGlob)
    source, parts = a_source(Log(name="worker", pm2="worker"))
    assert isinstance(source, LogGlob)


def test_an_observer_starts_no_command_but_reads_the_journal() -> None:
    command = Log(name="pod", command=("kubectl", "logs", "-f", "x"))
    assert isinstance(a_source(command)[0], CommandLog)
    assert isinstance(a_source(command, Role.OBSERVER)[0], NoCommand)
    assert isinstance(a_source(Log(name="journal", journal="nginx.service"), Role.OBSERVER)[0], CommandLog)


def test_a_container_is_of_the_engine_that_is_named_or_of_the_first() -> None:
    engines = (Docker(name="host1"), Docker(name="host2"))
    assert isinstance(a_source(Log(name="web", container="web"), docker=engines)[0], DockerLogs)
    assert isinstance(a_source(Log(name="web", container="web", on="host2"), docker=engines)[0], DockerLogs)
    with pytest.raises(ConfigError, match="there is no docker host3"):
        a_source(Log(name="web", container="web", on="host3"), docker=engines)
    with pytest.raises(ConfigError, match="there is no docker"):
        a_source(Log(name="web", container="web"))


@pytest.mark.parametrize(
    ("log", "words"),
    [
        (Log(name="x"), "no source"),
        (Log(name="x", file="a", journal=""), "file and journal"),
        (Log(name="x", command=()), "empty command"),
        (Log(name="x", file="a", zone="Mars/Olympus"), "nobody knows"),
        (Log(name="x", file="a", zone="../etc"), "nobody knows"),
    ],
)
def test_what_is_wrong_is_named(log: Log, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        a_source(log)


def test_logs_are_watched_and_let_go_of() -> None:
    parts = Parts(Role.OPERATOR, FixedClock())
    add_logs(parts, Environment(logs=(Log(name="api", file="api.log"), Log(name="web", file="web.log"))), Path("/srv"))
    assert len(parts.pollers) == 2
    assert len(parts.closers) == 1
    add_logs(parts, Environment(), Path("/srv"))
    assert len(parts.pollers) == 2
