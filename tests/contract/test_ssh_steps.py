"""Commands for another machine: Debian's own sshd on 127.0.0.1, one connection, the host's name shown."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.adapters.shell import ShellExecutor, ShellReader
from cockpit.model.operations import ShellCommand
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.risk import Risk
from cockpit.model.runbook import Context
from cockpit.runbook.commands import build_command
from cockpit.runbook.resolve import resolve
from tests.support.awaiting import until
from tests.support.permits import permit_for
from tests.support.sshd import NEEDED, SshServer, running_sshd

pytestmark = [pytest.mark.anyio, NEEDED]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SshServer]:
    with running_sshd(tmp_path) as running:
        yield running


def sent(opened: str, text: str, **values: str) -> ShellCommand:
    command = build_command(text, 1, context=Context("ssh", opened))
    operation = resolve(command, values)
    assert isinstance(operation, ShellCommand)
    return operation


async def test_commands_share_one_connection_and_name_their_host(server: SshServer, tmp_path: Path) -> None:
    reader = ShellReader()
    first = await reader.read(sent(server.opens, "echo $SSH_CONNECTION | cut -d' ' -f2; exit 3"), 20)
    second = await reader.read(sent(server.opens, "echo $SSH_CONNECTION | cut -d' ' -f2"), 20)
    assert (first.exit_code, second.exit_code) == (3, 0)
    assert first.lines == second.lines, "the second came over the connection of the first"
    assert server.log.read_text().count("Accepted publickey") == 1
    prepared = await ShellExecutor().prepare(sent(server.opens, "reboot"))
    assert prepared.target == server.host
    assert prepared.preview.facts[0].value.startswith(f"{server.host} by ssh, from ")


async def test_a_value_stays_an_argument_there_too(server: SshServer, tmp_path: Path) -> None:
    command = build_command("ls -d <folder>", 1, context=Context("ssh", server.opens))
    assert command.risk is Risk.READ
    answer = await ShellReader().read(sent(server.opens, "ls -d <folder>", folder=str(tmp_path)), 20)
    assert answer.lines == (str(tmp_path),)


async def test_a_host_that_does_not_answer_is_a_failure(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        answer = await ShellReader().read(sent(f"ssh -p {port} someone@127.0.0.1", "uptime"), 20)
    assert answer.exit_code == 255


def carried_out(command: ShellCommand, timeout: float = 20.0) -> asyncio.Task[Outcome]:
    executor = ShellExecutor()
    return asyncio.create_task(executor.execute(permit_for(executor.id, command, timeout=timeout)))


@pytest.mark.parametrize(
    ("line", "kind", "reason"),
    [
        ("echo done", OutcomeKind.SUCCEEDED, "exit code 0"),
        ("echo bad; exit 3", OutcomeKind.FAILED, "exit code 3: bad"),
        ("no-such-program-here", OutcomeKind.FAILED, "a program was not found"),
        ("exit 255", OutcomeKind.UNKNOWN, "was lost, or the command ended so"),
    ],
)
async def test_the_outcome_says_how_it_ended_there(
    server: SshServer, line: str, kind: OutcomeKind, reason: str
) -> None:
    outcome = await carried_out(sent(server.opens, line))
    assert outcome.kind is kind
    assert reason in outcome.reason


async def test_a_connection_that_is_lost_in_the_middle_leaves_the_outcome_unknown(
    server: SshServer, tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    doing = carried_out(sent(server.opens, f"echo once >> {begun}; sleep 600"))
    await until(begun.exists, what="the command to run there")
    server.cut()
    outcome = await doing
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert f"the connection to {server.host} was lost" in outcome.reason
    assert begun.read_text() == "once\n"


async def test_a_command_there_that_does_not_end_in_time_has_an_unknown_outcome(
    server: SshServer, tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    outcome = await carried_out(sent(server.opens, f"echo once >> {begun}; sleep 600"), timeout=3.0)
    assert (outcome.kind, begun.read_text()) == (OutcomeKind.UNKNOWN, "once\n")
    assert "did not end within 3 s" in outcome.reason


async def test_a_host_that_was_never_reached_has_failed_and_another_one_behind_it_is_unknown(server: SshServer) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        failed = await carried_out(sent(f"ssh -p {port} someone@127.0.0.1", "touch /tmp/x"))
        behind = await carried_out(sent(server.opens, f"true; ssh -p {port} someone@127.0.0.1 uptime"))
    assert failed.kind is OutcomeKind.FAILED
    assert "nothing was run there: ssh: connect to host 127.0.0.1" in failed.reason
    assert behind.kind is OutcomeKind.UNKNOWN
