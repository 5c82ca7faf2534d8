"""A message that is written in place: a subject and a text of several lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import Key
from textual.widgets import Input, TextArea

from cockpit.ui.keyline import edit
from cockpit.ui.look import Look
from cockpit.ui.screens.sheet import Sheet, key_name
from cockpit.ui.spans import Line, Span, Tone
from cockpit.ui.widgets.frame_title import FrameTitle
from cockpit.ui.widgets.lines import Lines

_EDITS = {
    key: found.action for found in TextArea.BINDINGS if isinstance(found, Binding) for key in found.key.split(",")
}
_SEND, _COPY = "ctrl+s", "ctrl+y"


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, and what is to become of it.

    Attributes:
        title: the subject.
        text: the text.
        send: True sends it, False copies it, None leaves it for later.
    """

    title: str
    text: str
    send: bool | None


class MessageSheet(Sheet[Written]):
    """Returns what was written, also when it was left, so that nothing typed is lost.

    Args:
        kind: what kind of message it is.
        title: the subject that is offered.
        text: the text that is offered.
        open_fields: names the fields that are still in a text.
        sends: whether there is anywhere to send it to.
        look: shapes.
    """

    def __init__(
        self,
        kind: str,
        title: str,
        text: str,
        open_fields: Callable[[str], tuple[str, ...]],
        look: Look,
        *,
        sends: bool,
    ) -> None:
        super().__init__(look.shapes)
        self._kind = kind
        self._open_fields = open_fields
        self._sends = sends
        self.subject: Input = Input(title, select_on_focus=False, compact=True)
        self.subject.cursor_blink = False
        self.area = TextArea(text, compact=True, soft_wrap=True, show_line_numbers=False)
        self.area.cursor_blink = False
        self.frame, self.state = FrameTitle(), Lines()

    def compose(self) -> ComposeResult:
        """Subject, text, and what is still missing."""
        with Vertical(classes="sheet message"):
            yield self.frame
            with Vertical(classes="framed"):
                yield self.subject
                yield self.area
                yield self.state

    def on_mount(self) -> None:
        """Put the cursor to the end of the text."""
        self.frame.shapes = self.shapes
        words = [(_COPY, "copy"), ("tab", "subject"), ("esc", "later")]
        keys = [("ctrl+s", "send"), *words] if self._sends else words
        right = [span for key, word in keys for span in (Span(f" {key}", Tone.KEY), Span(f" {word} ", Tone.DIM))]
        self.frame.show((Span(self._kind, Tone.TITLE),), tuple(right), edge=Tone.FRAME_LIT)
        rows = self.app.size.height
        self.area.styles.height = max(3, min(rows - 10, 16))
        self.query_one(".framed").styles.height = int(max(3, min(rows - 10, 16))) + 3
        self.state.styles.height = 1
        self.area.move_cursor(self.area.document.end)
        self.area.focus()
        self._show_state()

    async def take_key(self, event: Key) -> None:
        """Act on a key: leave, send, copy, or write."""
        key = key_name(event)
        if key in ("escape", "ctrl+c"):
            self._leave(None)
        elif key == _SEND and self._sends:
            self._leave(True)
        elif key == _COPY:
            self._leave(False)
        elif key in ("tab", "shift+tab"):
            (self.area if self.focused is self.subject else self.subject).focus()
        elif self.focused is self.subject:
            await edit(self.subject, event)
        else:
            await self._write(event)
        self._show_state()

    async def _write(self, event: Key) -> None:
        area = self.area
        if event.key == "enter":
            area.replace("\n", *area.selection)
        elif event.is_printable and event.character:
            area.replace(event.character, *area.selection)
        elif event.key in _EDITS:
            await area.run_action(_EDITS[event.key])

    def _leave(self, send: bool | None) -> None:
        if send is not None and not self.area.text.strip():
            return
        self.dismiss(Written(self.subject.value.strip(), self.area.text.rstrip(), send))

    def _show_state(self) -> None:
        missing = self._open_fields(f"{self.subject.value}\n{self.area.text}")
        words = f"{self.shapes.warn} still to be filled in: {', '.join(missing)}" if missing else ""
        said: Line = (Span(words, Tone.WARN),) if words else (Span(f"{len(self.area.text):,} characters", Tone.DIM),)
        self.state.show([said])
