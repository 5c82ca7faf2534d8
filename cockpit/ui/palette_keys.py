"""What the command palette offers, and what becomes of a choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.ui.bindings import Scope
from cockpit.ui.keymap import label
from cockpit.ui.screens.palette import Entry, Palette
from cockpit.ui.shapes import ASCII

if TYPE_CHECKING:
    from cockpit.engine.suggest import Suggestion
    from cockpit.ui.screens.main import MainScreen


class PaletteKeys:
    """Offers keys, procedures and commands with words, and carries out what is chosen.

    Args:
        screen: the main screen.
    """

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._offered: tuple[Suggestion, ...] = ()

    def open(self) -> None:
        """Offer every key that is valid now, every procedure, and the commands with words."""
        entries = [
            Entry(
                binding.id,
                binding.description,
                label(binding, ascii_only=self._screen.look.shapes is ASCII),
                danger=binding.danger,
            )
            for binding in self._screen.valid_bindings()
            if binding.palette
        ]
        entries += self._entries_elsewhere()
        if self._screen.spoken is not None and self._screen.shelf is not None:
            entries += self._screen.spoken.entries()
            entries += [
                Entry(f"open:{number}", f"open {suggestion.procedure.title}", "runbook")
                for number, suggestion in enumerate(self._screen.shelf.suggestions)
            ]
            self._offered = self._screen.shelf.suggestions
        self._screen.app.push_screen(Palette(entries, self._screen.look, self._procedures_about), self._chosen)

    def _procedures_about(self, text: str) -> list[str]:
        """Palette entries of the procedures that a search of the runbooks finds."""
        numbers = {suggestion.key: number for number, suggestion in enumerate(self._offered)}
        found = self._screen.shelf.about(text) if self._screen.shelf is not None else []
        return [f"open:{numbers[key]}" for key in found if key in numbers]

    def _entries_elsewhere(self) -> list[Entry]:
        """What the other panes' own keys do, by way of their pane; no change, since its row has not been looked at."""
        valid = {binding.id for binding in self._screen.valid_bindings()}
        return [
            Entry(
                f"at:{pane.id}:{binding.id}",
                f"{pane.label}: {binding.description}",
                f"{pane.number} {label(binding, ascii_only=self._screen.look.shapes is ASCII)}",
            )
            for pane in self._screen.panes
            for binding in self._screen.keymap.bindings
            if binding.scope is pane.scope and binding.palette and not binding.danger and not binding.operator
            if binding.scope is not Scope.TABLE and binding.id not in valid and binding.id in self._screen.handlers
        ]

    def _chosen(self, choice: tuple[str, str] | None) -> None:
        if choice is None:
            return
        name, words = choice
        if name.startswith("open:") and self._screen.steps is not None:
            steps, suggestion = self._screen.steps, self._offered[int(name[5:])]
            self._screen.turn.take(
                "a runbook", lambda: steps.open(suggestion.runbook, suggestion.procedure), asks=False
            )
        elif name.startswith("say."):
            self.speak(name, words)
        elif name.startswith("at:"):
            pane, _, binding = name.removeprefix("at:").partition(":")
            self._screen.go_to_pane(pane)
            self._screen.invoke(binding)
        else:
            self._screen.invoke(name)

    def speak(self, name: str, words: str) -> None:
        """Carry out a command with words."""
        spoken = self._screen.spoken
        if spoken is not None and any(entry.id == name for entry in spoken.entries()):
            self._screen.turn.take("a question", lambda: spoken.carry_out(name, words))
