"""The keys that were pressed and not yet acted on, in the order in which they were pressed."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from textual.binding import Binding
from textual.events import Key
from textual.message import Message
from textual.widgets import Input


@runtime_checkable
class TakesKeys(Protocol):
    """A screen that is given its keys one by one.

    Attributes:
        ready: whether it is mounted; until then its keys wait in the line.
    """

    ready: bool

    async def take_key(self, event: Key) -> None:
        """Act on a key to the end: what the next key means is known afterwards."""


class Ready(Message):
    """A screen can take its keys now."""


class KeyLine:
    """First in, first out; each key is given to what is on the screen when its turn comes.

    Textual itself sends a key to the widget that has the focus when it arrives, and on from there in steps. A key that
    was on its way when a sheet opened or closed would be lost or overtaken by a later one.
    """

    def __init__(self) -> None:
        self._waiting: deque[Key] = deque(maxlen=2000)

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, key: Key) -> None:
        """Add the key that was pressed last."""
        self._waiting.append(key)

    def put_first(self, keys: Sequence[Key]) -> None:
        """Put keys back that were pressed before all that wait."""
        self._waiting.extendleft(reversed(keys))

    def next(self) -> Key:
        """Take out the key that was pressed first.

        Raises:
            IndexError: when none waits.
        """
        return self._waiting.popleft()


_EDITS = {key: found.action for found in Input.BINDINGS if isinstance(found, Binding) for key in found.key.split(",")}


async def edit(field: Input, event: Key) -> None:
    """Let a field act on a key at once: type a character over what is selected, move, or delete."""
    if event.is_printable and event.character:
        field.replace(event.character, *field.selection)
    elif event.key in _EDITS and _EDITS[event.key] != "submit":
        await field.run_action(_EDITS[event.key])
