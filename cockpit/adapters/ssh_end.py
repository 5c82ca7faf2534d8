"""What it means when ssh ends with its own exit code."""

from __future__ import annotations

import re

from cockpit.model.operations import ShellCommand
from cockpit.model.outcomes import OutcomeKind

OWN_CODE = 255
"""Exit code with which ssh says that something went wrong with ssh itself (ssh(1), EXIT STATUS)."""
_BEFORE_THE_SESSION = re.compile(
    r"ssh: connect to host .* port \d+: .*"
    r"|ssh: Could not resolve hostname .*"
    r"|.*: Permission denied \([a-z,-]+\)\."
    r"|Host key verification failed\."
    r"|No .* host key is known for .*"
    r"|kex_exchange_identification: .*"
    r"|Connection timed out during banner exchange"
    r"|Too many authentication failures"
)
"""What ssh says when no session was opened, so that nothing has run on the other machine."""
_SAYS_SO_TOO = re.compile(r"\b(?:ssh|scp|sftp|rsync|git)\b")
"""Programs on the other machine that would say the same of a third one."""


def ssh_judged(command: ShellCommand, exit_code: int, lines: tuple[str, ...]) -> tuple[OutcomeKind, str] | None:
    """How a line for another machine ended, when it was ssh that ended it; None when it was the line itself.

    Args:
        command: what was run.
        exit_code: of the whole.
        lines: all that was said, cleaned.
    """
    if not command.host or exit_code != OWN_CODE:
        return None
    said = [line for line in lines if line.strip()]
    only_ssh = bool(said) and all(_BEFORE_THE_SESSION.fullmatch(line) for line in said)
    if only_ssh and not _SAYS_SO_TOO.search(command.line.partition(" -- ")[2]):
        return OutcomeKind.FAILED, f"ssh did not reach {command.host}, so nothing was run there: {said[-1]}"
    ended = f"ssh ended with code {OWN_CODE}: the connection to {command.host} was lost, or the command ended so"
    return OutcomeKind.UNKNOWN, f"{ended}; what it did until then stands"
