"""What all modal sheets share: a frame in the middle of the screen that takes every key."""

from __future__ import annotations

from typing import TypeVar

from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input

from cockpit.ui.keyline import Ready, edit
from cockpit.ui.shapes import UNICODE, Shapes
from cockpit.ui.spans import Line, Span, Tone

T = TypeVar("T")


TAKE_OR_LEAVE: Line = (
    Span("enter", Tone.KEY),
    Span(" take it  ", Tone.DIM),
    Span("esc", Tone.KEY),
    Span(" not now", Tone.DIM),
)
"""The keys of a question, for the right end of its title."""


def key_name(event: Key) -> str:
    """The key as the registry writes it: the character when it is printable, else the key's name."""
    if event.is_printable and event.character and event.character != " ":
        return event.character
    return event.key


class Sheet(ModalScreen[T], inherit_bindings=False):
    """A modal that handles its keys itself and lets none through to what is behind it, but one that it hands on.

    Attributes:
        field: where text goes that is typed, None when none is.
        ready: whether it takes its keys.
        handed_on: the key that closed it and is meant for what is behind it, None for none.
    """

    takes_keys_ahead = True
    """Whether keys that were pressed before it was on the screen are meant for it."""

    def __init__(self, shapes: Shapes = UNICODE) -> None:
        super().__init__()
        self.shapes = shapes
        self.field: Input | None = None
        self.ready = False
        self.handed_on: Key | None = None

    def on_mount(self) -> None:
        """Ask for the keys that wait; what the kinds of sheets do on mounting has been done before."""
        self.ready = True
        self.post_message(Ready())

    def pressed(self, key: str, event: Key) -> bool:
        """Act on a key; False leaves it to the field."""
        return True

    def edited(self) -> None:
        """The field holds another text."""

    async def take_key(self, event: Key) -> None:
        """Act on a key and keep it here."""
        if not self.pressed(key_name(event), event) and self.field is not None:
            await edit(self.field, event)
            self.edited()
