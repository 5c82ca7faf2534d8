"""What all modal sheets share: a frame in the middle of the screen that takes every key."""

from __future__ import annotations

from typing import TypeVar

from textual.events import Key
from textual.screen import ModalScreen

from cockpit.ui.shapes import UNICODE, Shapes

T = TypeVar("T")


def key_name(event: Key) -> str:
    """The key as the registry writes it: the character when it is printable, else the key's name."""
    if event.is_printable and event.character and event.character != " ":
        return event.character
    return event.key


class Sheet(ModalScreen[T], inherit_bindings=False):
    """A modal that handles its keys itself and lets none through to what is behind it."""

    def __init__(self, shapes: Shapes = UNICODE) -> None:
        super().__init__()
        self.shapes = shapes

    def pressed(self, key: str, event: Key) -> bool:
        """Act on a key; False leaves it to the focused widget."""
        return True

    def on_key(self, event: Key) -> None:
        """Act on a key and keep it here."""
        if self.pressed(key_name(event), event):
            event.stop()
            event.prevent_default()
