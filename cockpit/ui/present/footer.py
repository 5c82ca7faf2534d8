"""The footer and the help: the keys that are valid now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cockpit.ui.bindings import KeyBinding, Scope
from cockpit.ui.keymap import label
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line, width

_ALWAYS_LAST = ("find.open", "pane.zoom", "palette.open", "help.open", "app.quit")


def enter_says(bindings: Sequence[KeyBinding], word: str) -> list[KeyBinding]:
    """The bindings with the word for what Enter does on the step under the cursor."""
    return [replace(binding, hint=word) if binding.id == "step.run" else binding for binding in bindings]


def footer_line(bindings: Sequence[KeyBinding], cells: int, *, ascii_only: bool = False) -> Line:
    """As many hints as fit; help and quit always do."""
    hinted = [binding for binding in bindings if binding.hint]
    last = [binding for name in _ALWAYS_LAST for binding in hinted if binding.id == name]
    first = [binding for binding in hinted if binding not in last]
    kept = list(last)
    for position, binding in enumerate(first):
        trial = [*first[:position], binding, *last]
        if width(_hints(trial, ascii_only)) > cells:
            break
        kept = trial
    while len(kept) > 2 and width(_hints(kept, ascii_only)) > cells:
        kept.pop(0)
    return _hints(kept, ascii_only)


def _hints(bindings: Sequence[KeyBinding], ascii_only: bool) -> Line:
    spans: list[Span] = []
    for binding in bindings:
        tone = Tone.CHANGE if binding.danger else Tone.KEY
        spans += [
            Span(" "),
            Span(label(binding, ascii_only=ascii_only), tone),
            Span(f" {binding.hint} ", Tone.DIM),
        ]
    return tuple(spans)


def help_lines(bindings: Sequence[KeyBinding], *, ascii_only: bool = False) -> list[Line]:
    """The valid keys under the names of their scopes."""
    lines: list[Line] = []
    scopes: list[Scope] = []
    for binding in bindings:
        if binding.scope not in scopes:
            scopes.append(binding.scope)
    for scope in scopes:
        if lines:
            lines.append(EMPTY)
        lines.append(line(scope.value.capitalize(), Tone.ACCENT))
        for binding in bindings:
            if binding.scope is scope:
                keys = label(binding, every=True, ascii_only=ascii_only)
                tone = Tone.CHANGE if binding.danger else Tone.KEY
                lines.append(
                    (Span(f"  {keys:<14}", tone), Span(f"{binding.description}  "), Span(binding.id, Tone.FAINT))
                )
    return lines
