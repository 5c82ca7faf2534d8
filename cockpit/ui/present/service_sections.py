"""A service in detail as lines: one section at a time, with secrets hidden."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cockpit.model.masking import MASK
from cockpit.model.services import Section, Service, ServiceEvent
from cockpit.ui.look import Look
from cockpit.ui.spans import Line, Span, Tone, line

ENVIRONMENT = "environment"
"""The section whose values are secrets as often as not."""
_SECRET = re.compile(
    r"pass|pwd|secret|token|key|credential|auth|private|salt|session|cookie|signature|dsn|webhook", re.IGNORECASE
)
_NO_SECRET = re.compile(r"^(?:KEYBOARD|LESSKEY|SSH_AUTH_SOCK|KEYMAP)$", re.IGNORECASE)


def section_lines(section: Section, look: Look) -> list[Line]:
    """One section: its facts, then its text."""
    label_cells = min(32, max((len(label) for label, _ in section.facts), default=0)) + 2
    lines: list[Line] = []
    for label, value in section.facts:
        shown = variable(label, value, look) if section.title in (ENVIRONMENT, "labels") else look.text(value)
        tone = Tone.FAINT if shown == MASK else Tone.PLAIN
        lines.append((Span(f"{look.text(label):<{label_cells - 2}}  ", Tone.DIM), Span(shown, tone)))
    if section.facts and section.lines:
        lines.append(())
    lines += [line(look.text(text)) for text in section.lines]
    return lines or [line("nothing", Tone.DIM)]


def variable(name: str, value: str, look: Look) -> str:
    """The value of a variable as this person may see it; a name that promises a secret hides all of it."""
    if value and _SECRET.search(name) and not _NO_SECRET.match(name):
        return MASK
    hidden = look.text(f"{name}={value}")
    return hidden.removeprefix(f"{name}=") if hidden.startswith(f"{name}=") else MASK


def event_section(events: Sequence[ServiceEvent], service: Service) -> Section | None:
    """What happened to the service lately, also to those of its name before it; None when nothing is known."""
    own = [event for event in events if event.service == service.id or event.name == service.name]
    lines = tuple(
        "  ".join(filter(None, (f"{event.at:%Y-%m-%d %H:%M:%S}Z", event.what, event.detail))) for event in reversed(own)
    )
    return Section("events", (), lines) if lines else None
