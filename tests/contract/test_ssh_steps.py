"""Commands for another machine: Debian's own sshd on 127.0.0.1, one connection, the host's name shown."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.adapters.shell import ShellExecutor, ShellReader
from cockpit.model.operations import ShellCommand
from cockpit.model.risk import Risk
from cockpit.model.runbook import Context
from cockpit.runbook.commands import build_command
from cockpit.runbook.resolve import resolve
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
