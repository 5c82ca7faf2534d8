"""The person's own editor on a file and line."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from cockpit.model.errors import RunbookError

if TYPE_CHECKING:
    from textual.app import App

_PLUS = frozenset(
    {
        *("vi", "vim", "nvim", "view", "nano", "pico", "emacs", "emacsclient"),
        *("micro", "hx", "helix", "mg", "joe", "ne", "kak"),
    }
)
_GOTO = frozenset({"code", "code-insiders", "codium", "vscodium", "cursor", "windsurf"})
_COLON = frozenset({"subl", "zed", "mate"})


def editor_command(path: Path, line: int, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Program and arguments that open a file at a line, from $VISUAL, else $EDITOR.

    An editor that opens a window of its own is asked to wait. One that is not known gets the file alone.

    Raises:
        RunbookError: when neither is set, or what is set is no command.
    """
    wanted = environment.get("VISUAL", "").strip() or environment.get("EDITOR", "").strip()
    if not wanted:
        raise RunbookError("no editor is set", "set VISUAL or EDITOR, for example EDITOR=vim")
    try:
        words = shlex.split(wanted)
    except ValueError as error:
        raise RunbookError(f"$VISUAL or $EDITOR is no command: {error}") from error
    name = Path(words[0]).name.removesuffix(".exe")
    place = f"{path}:{line}"
    if name in _PLUS:
        return [*words, f"+{line}", str(path)]
    if name in _GOTO:
        return [*words, *([] if {"-w", "--wait"} & set(words) else ["--wait"]), "-g", place]
    if name in _COLON:
        return [*words, *([] if {"-w", "--wait"} & set(words) else ["--wait"]), place]
    return [*words, str(path)]


async def hand_over(app: App[int], command: Sequence[str]) -> int:
    """Give the terminal to a program until it ends, and take it back; the loop goes on, but nothing is drawn.

    Returns:
        The program's exit code.

    Raises:
        RunbookError: when the program cannot be started, or this terminal cannot be handed over.
    """
    try:
        with app.suspend(), app.batch_update(), _interrupts_ignored():
            process = await asyncio.create_subprocess_exec(*command)
            try:
                return await process.wait()
            finally:
                if process.returncode is None:
                    process.terminate()
    except SuspendNotSupported as error:
        raise RunbookError("this terminal cannot be handed to an editor", "edit the file elsewhere") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise RunbookError(f"{command[0]} cannot be started: {reason}", "set VISUAL or EDITOR") from error


@contextlib.contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Leave Ctrl-C to the program that has the terminal; it also reaches this one, in the same process group.

    A handler that does nothing, unlike SIG_IGN, is not inherited by the program.
    """
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
