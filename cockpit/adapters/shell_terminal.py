"""A command line as a program that can be given the terminal, with its variables kept out of the list of processes."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cockpit.adapters.shell_process import ssh_folder
from cockpit.model.operations import ShellCommand

_START = 'line=$1; folder=$2; . "$3"; cd -- "$folder" || exit; exec bash -c "$line"'


@contextmanager
def terminal_line(command: ShellCommand) -> Iterator[list[str]]:
    """Program and arguments; valid inside the block only, since the variables stand in a file of this person alone.

    Args:
        command: what to run.
    """
    own = (("COCKPIT_SSH", ssh_folder()),) if command.host else ()
    with tempfile.NamedTemporaryFile("w", prefix="cockpit-", encoding="utf-8", errors="surrogateescape") as file:
        file.writelines(f"export {name}={shlex.quote(value)}\n" for name, value in (*own, *command.environment))
        file.flush()
        folder = str(Path(command.cwd).expanduser()) if command.cwd else "."
        yield ["bash", "-c", _START, "cockpit", command.line, folder, file.name]
