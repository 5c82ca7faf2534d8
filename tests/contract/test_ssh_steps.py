"""Commands for another machine: Debian's own sshd on 127.0.0.1, one connection, the host's name shown."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.adapters.shell import ShellExecutor, ShellReader
from cockpit.adapters.shell_process import ssh_folder
from cockpit.model.operations import ShellCommand
from cockpit.model.risk import Risk
from cockpit.model.runbook import Context
from cockpit.runbook.commands import build_command
from cockpit.runbook.resolve import resolve
from tests.support.awaiting import until

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/bin:/sbin")
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(SSHD is None or os.geteuid() != 0, reason="needs sshd, and root for its own folder"),
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """The line that opens a session on it."""
    for name in ("host", "mine"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name], check=True)
    shutil.copy(tmp_path / "mine.pub", tmp_path / "allowed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    Path("/run/sshd").mkdir(exist_ok=True)
    options = {
        "Port": port,
        "ListenAddress": "127.0.0.1",
        "HostKey": tmp_path / "host",
        "AuthorizedKeysFile": tmp_path / "allowed",
        "StrictModes": "no",
        "UsePAM": "no",
        "PidFile": "none",
        "LogLevel": "VERBOSE",
    }
    config = tmp_path / "config"
    config.write_text("".join(f"{key} {value}\n" for key, value in options.items()), encoding="utf-8")
    assert SSHD is not None
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([SSHD, "-D", "-e", "-f", config], stderr=log)
        try:
            known = "-o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o LogLevel=ERROR"
            yield f"ssh -p {port} -i {tmp_path / 'mine'} {known} {getpass.getuser()}@127.0.0.1"
        finally:
            for control in Path(ssh_folder()).iterdir():
                ending = ["ssh", "-O", "exit", "-o", f"ControlPath={control}", "any"]
                subprocess.run(ending, check=False, capture_output=True)
            process.terminate()
            process.wait(10)


def sent(opened: str, text: str, **values: str) -> ShellCommand:
    command = build_command(text, 1, context=Context("ssh", opened))
    operation = resolve(command, values)
    assert isinstance(operation, ShellCommand)
    return operation


async def listening(tmp_path: Path) -> None:
    await until(lambda: b"Server listening" in (tmp_path / "log").read_bytes(), what="sshd")


async def test_commands_share_one_connection_and_name_their_host(server: str, tmp_path: Path) -> None:
    await listening(tmp_path)
    reader = ShellReader()
    first = await reader.read(sent(server, "echo $SSH_CONNECTION | cut -d' ' -f2; exit 3"), 20)
    second = await reader.read(sent(server, "echo $SSH_CONNECTION | cut -d' ' -f2"), 20)
    assert (first.exit_code, second.exit_code) == (3, 0)
    assert first.lines == second.lines, "the second came over the connection of the first"
    assert (tmp_path / "log").read_text().count("Accepted publickey") == 1
    prepared = await ShellExecutor().prepare(sent(server, "reboot"))
    assert prepared.target == f"{getpass.getuser()}@127.0.0.1"
    assert prepared.preview.facts[0].value.startswith(f"{getpass.getuser()}@127.0.0.1 by ssh, from ")


async def test_a_value_stays_an_argument_there_too(server: str, tmp_path: Path) -> None:
    await listening(tmp_path)
    command = build_command("ls -d <folder>", 1, context=Context("ssh", server))
    assert command.risk is Risk.READ
    answer = await ShellReader().read(sent(server, "ls -d <folder>", folder=str(tmp_path)), 20)
    assert answer.lines == (str(tmp_path),)


async def test_a_host_that_does_not_answer_is_a_failure(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        answer = await ShellReader().read(sent(f"ssh -p {port} someone@127.0.0.1", "uptime"), 20)
    assert answer.exit_code == 255
