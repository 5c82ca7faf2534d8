"""What a browser may type to an observer's screen: a few keys that move about, the wheel, and a click."""

from __future__ import annotations

import re
from collections.abc import Iterable

_RAW: dict[str, tuple[str, ...]] = {
    "up": ("\x1b[A", "\x1bOA"),
    "down": ("\x1b[B", "\x1bOB"),
    "right": ("\x1b[C", "\x1bOC"),
    "left": ("\x1b[D", "\x1bOD"),
    "home": ("\x1b[H", "\x1bOH", "\x1b[1~", "\x1b[7~"),
    "end": ("\x1b[F", "\x1bOF", "\x1b[4~", "\x1b[8~"),
    "pageup": ("\x1b[5~",),
    "pagedown": ("\x1b[6~",),
    "tab": ("\t",),
    "shift+tab": ("\x1b[Z",),
    "enter": ("\r",),
    "escape": ("\x1b",),
    "space": (" ",),
    "ctrl+d": ("\x04",),
    "ctrl+u": ("\x15",),
}
"""The names of keys that are no printable character, and what terminals send for them."""
_TOKEN = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # a control sequence: arrows, mouse, pastes
    r"|\x1bO."  # arrows of the other sort
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|\Z)"  # strings for the terminal itself
    r"|\x1b[^\x1b\[\]OPX^_]"  # a key with alt
    r"|.",
    re.DOTALL,
)
_MOUSE = re.compile(r"\x1b\[<(?:0|64|65);\d{1,4};\d{1,4}[Mm]")
"""The left button and the wheel; without movements, which come by the hundred."""
_SYNCHRONISED = re.compile(r"\x1b\[\?2026;[0-4]\$y")
"""A terminal's answer to whether it draws whole pictures at a time."""
_PASTE, _PASTED = "\x1b[200~", "\x1b[201~"


class NavigationFilter:
    """Lets the named keys through and drops all else, pastes too; one for each browser.

    Args:
        keys: names of keys; a printable character stands for itself, a name that is not known for nothing.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self._allowed = {raw for key in keys for raw in (_RAW.get(key) or ((key,) if len(key) == 1 else ()))}
        self._pasting = False

    def passed(self, text: str) -> str:
        """What is left of a text that a browser sent."""
        return "".join(token for token in _TOKEN.findall(text) if self._passes(token))

    def _passes(self, token: str) -> bool:
        if token in (_PASTE, _PASTED):
            self._pasting = token == _PASTE
            return False
        if self._pasting:
            return False
        return token in self._allowed or bool(_MOUSE.fullmatch(token) or _SYNCHRONISED.fullmatch(token))
