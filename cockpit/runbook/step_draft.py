"""A step while its document is being read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cockpit.model.runbook import Annotations, Command, CommandWarning, Kind, Part
from cockpit.runbook import inline, items
from cockpit.runbook.annotations import NONE, merged
from cockpit.runbook.blocks import Block

STEP_PARTS = frozenset({Part.DIAGNOSIS, Part.MITIGATION, Part.VERIFY, Part.ROLLBACK})
"""The parts under which a plain bullet is a step."""
TITLE_CAP = 160
"""Characters of a paragraph that may title a fence."""
DETAIL_CAP = 2_000
"""Characters of one detail that are kept."""


@dataclass(slots=True)
class StepDraft:
    """A step before it has its id; `branches` hold the steps that follow from a choice."""

    line: int
    title: str
    kind: Kind | None = None
    details: list[str] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    branches: list[tuple[str, list[StepDraft]]] = field(default_factory=list)
    source: str = ""
    annotations: Annotations = NONE
    wait_seconds: float | None = None
    link: str = ""
    warnings: list[CommandWarning] = field(default_factory=list)


def finish(draft: StepDraft, block: Block, lines: Sequence[str], fallback: str = "") -> None:
    """Work out what follows from a step's text and commands: source, condition, kind, wait, link, title.

    Args:
        draft: the step; changed in place.
        block: the item or paragraph that it stands in; its lead decides about condition and kind.
        lines: the lines of the file.
        fallback: the title when the step has none.
    """
    lead = block.lead
    if draft.annotations is not NONE:
        draft.commands = [replace(c, annotations=merged(draft.annotations, c.annotations)) for c in draft.commands]
    draft.source = "\n".join(lines[block.line - 1 : block.end]).rstrip()
    condition = items.condition(lead)
    if condition:
        draft.branches = [(condition, [])]
    kind, seconds = items.prose_kind(lead, block.checked)
    draft.kind = draft.kind or _kind(draft, kind, block.checked is not None)
    draft.wait_seconds = seconds if draft.kind is Kind.WAIT else None
    draft.warnings = [*items.warnings(lead, block.line), *draft.warnings]
    links = inline.links(lead)
    draft.link = draft.link or (links[0].target if links else "")
    draft.title = draft.title or fallback or "Step"


def _kind(draft: StepDraft, of_prose: Kind, ticked: bool) -> Kind:
    ran = next((command.kind for command in draft.commands if not command.session), None)
    only_pages = all(command.kind is Kind.OPEN for command in draft.commands)
    if ran is None or (only_pages and of_prose is Kind.DECISION):
        return of_prose
    return Kind.TICK if ticked and only_pages else ran
