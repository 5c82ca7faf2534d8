"""What all modal sheets share: a frame in the middle of the screen that takes every key."""

from __future__ import annotations

from typing import TypeVar

from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input

from cockpit.ui.shapes import UNICODE, Shapes

T = TypeVar("T")


def key_name(event: Key) -> str:
    """The key as the registry writes it: the character when it is printable, else the key's name."""
    if event.is_printable and event.character and event.character != " ":
        return event.character
    return event.key


class Sheet(ModalScreen[T], inherit_bindings=False):
    """A modal that handles its keys itself and lets none through to what is behind it."""

    takes_keys_ahead = True
    """Whether keys that were pressed before it was on the screen are meant for it."""

    def __init__(self, shapes: Shapes = UNICODE) -> None:
        super().__init__()
        self.shapes = shapes
        self.field: Input | None = None

    def pressed(self, key: str, event: Key) -> bool:
        """Act on a key; False leaves it to the focused widget."""
        return True

    def on_key(self, event: Key) -> None:
        """Act on a key and keep it here; a letter that the field did not get is typed into it.

        A key that comes when the sheet has been left already is meant for what is there now.
        """
        if self.app.screen is not self:
            self._pass_on(event)
            return
        handled = self.pressed(key_name(event), event)
        if not handled and self.field is not None and event.is_printable and event.character:
            self.field.insert_text_at_cursor(event.character)
            handled = True
        if handled:
            event.stop()
            event.prevent_default()

    def _pass_on(self, event: Key) -> None:
        event.stop()
        event.prevent_default()
        following = self.app.screen
        if not isinstance(following, Sheet) or following.takes_keys_ahead:
            following.post_message(Key(event.key, event.character))
