"""Declaring an incident: four fields that are filled in already, and one key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Key
from textual.widgets import Input

from cockpit.ui.look import Look
from cockpit.ui.screens.sheet import Sheet
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line
from cockpit.ui.widgets.frame_title import FrameTitle
from cockpit.ui.widgets.lines import Lines

_LABELS = ("severity", "title", "commander", "affected")
_TITLE = 1
_KEYS: Line = (
    Span("enter", Tone.KEY),
    Span(" declare  ", Tone.DIM),
    Span("tab", Tone.KEY),
    Span(" next field  ", Tone.DIM),
    Span("esc", Tone.KEY),
    Span(" not now", Tone.DIM),
)


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is to be declared.

    Attributes:
        severity: as it was typed, known to be one.
        title: what is happening.
        commander: who leads, "" for nobody yet.
        services: what is affected.
    """

    severity: str
    title: str
    commander: str = ""
    services: tuple[str, ...] = ()


class DeclareSheet(Sheet[Declaration | None]):
    """Returns what is to be declared, None when it was left. The title has the keys first.

    Args:
        offered: what stands in the fields.
        severity: the severity that a person means by a word, "" for none.
        known: the severities, for the objection.
        look: shapes.
    """

    def __init__(
        self, offered: Declaration, severity: Callable[[str], str], known: tuple[str, ...], look: Look
    ) -> None:
        super().__init__(look.shapes)
        self._severity = severity
        self._known = known
        values = (offered.severity, offered.title, offered.commander, ", ".join(offered.services))
        self.fields = [Input(value, select_on_focus=False, compact=True) for value in values]
        for field in self.fields:
            field.cursor_blink = False
        self.frame, self.problem = FrameTitle(), Lines()

    def compose(self) -> ComposeResult:
        """A line for each field."""
        with Vertical(classes="sheet"):
            yield self.frame
            with Vertical(classes="framed form"):
                for label, field in zip(_LABELS, self.fields, strict=True):
                    with Horizontal(classes="form-row"):
                        yield self._label(label)
                        yield field
                yield self.problem

    def on_mount(self) -> None:
        """Put the cursor into the title."""
        self.frame.shapes = self.shapes
        self.frame.show((Span("Declare an incident", Tone.TITLE),), _KEYS, edge=Tone.FRAME_LIT)
        self.query_one(".framed").styles.height = len(self.fields) + 2
        self.problem.styles.height = 1
        self._stand_on(_TITLE)

    def pressed(self, key: str, event: Key) -> bool:
        """Move between the fields, declare, or leave."""
        self.problem.show([EMPTY])
        here = self.fields.index(self.field) if self.field in self.fields else _TITLE
        if key in ("escape", "ctrl+c"):
            self.dismiss(None)
        elif key in ("tab", "down", "shift+tab", "up"):
            self._stand_on((here + (1 if key in ("tab", "down") else -1)) % len(self.fields))
        elif key == "enter":
            self._declare()
        else:
            return False
        return True

    def _label(self, word: str) -> Lines:
        label = Lines()
        label.show([line(word, Tone.DIM)])
        return label

    def _stand_on(self, number: int) -> None:
        self.field = self.fields[number]
        self.field.action_select_all()
        self.field.focus()

    def _declare(self) -> None:
        severity, title, commander, services = (field.value.strip() for field in self.fields)
        known = self._severity(severity)
        if not known:
            self._object(0, f"the severity is one of {', '.join(self._known)}")
        elif not title:
            self._object(_TITLE, "it needs a few words")
        else:
            parts = (part.strip() for part in services.split(","))
            self.dismiss(Declaration(known, title, commander, tuple(part for part in parts if part)))

    def _object(self, number: int, words: str) -> None:
        objection: Line = (Span(f"{self.shapes.warn} {words}", Tone.WARN),)
        self.problem.show([objection])
        self._stand_on(number)
