"""A fence's groups as steps: one for each, and neighbours that exclude each other under a decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cockpit.model.runbook import Kind
from cockpit.runbook import inline
from cockpit.runbook.blocks import Block, BlockType
from cockpit.runbook.fence_groups import Group
from cockpit.runbook.step_draft import TITLE_CAP, StepDraft, finish


def group_steps(
    block: Block, title: str, fallback: str, groups: Sequence[Group], lines: Sequence[str]
) -> Iterator[tuple[StepDraft, Block | None]]:
    """The steps of a loose fence, each with the block that is its lead; None when it is finished.

    Args:
        block: the fence.
        title: the paragraph above it, "" when there is none that is short.
        fallback: the title of the phase.
        groups: what the fence holds.
        lines: the lines of the file.
    """
    at = 0
    while at < len(groups):
        group = groups[at]
        if group.alternative:
            end = next((n for n in range(at, len(groups)) if not groups[n].alternative), len(groups))
            yield _alternatives(block, title or fallback or "Choose one", groups[at:end], lines), None
            at = end
            continue
        alone = len(groups) == 1
        name = title if alone and title else group.title or (fallback if alone else "") or group_title(group)
        details = [group.title] if name == title and group.title and group.title != title else []
        if title and name != title and at == 0:
            details.append(title)
        draft = StepDraft(group.line, name or title or fallback, details=[*details, *group.details])
        draft.commands = list(group.commands)
        yield draft, _at(block, group)
        at += 1


def written_step(block: Block, title: str, fallback: str, text: str, kind: Kind) -> StepDraft:
    """The step of a fence in the language `manual` or `decision`."""
    said = [line.strip() for line in text.split("\n") if line.strip()]
    draft = StepDraft(block.line, title or (said[0] if said else fallback), kind, said if title else said[1:])
    if kind is Kind.DECISION:
        draft.branches = [(line.lstrip("-* "), []) for line in draft.details]
    return draft


def _alternatives(block: Block, title: str, groups: Sequence[Group], lines: Sequence[str]) -> StepDraft:
    choice = StepDraft(groups[0].line, title, Kind.DECISION)
    for group in groups:
        draft = StepDraft(group.line, group_title(group), details=list(group.details), commands=list(group.commands))
        finish(draft, _at(block, group), lines)
        draft.branches = []
        choice.branches.append((draft.title, [draft]))
    choice.source = "\n".join(lines[block.line - 1 : block.end]).rstrip()
    return choice


def _at(block: Block, group: Group) -> Block:
    """A stand-in block for a group: its comment is the lead that kinds are read from."""
    last = group.commands[-1] if group.commands else None
    end = last.line + last.text.count("\n") if last is not None else group.line + len(group.details)
    lead = Block(BlockType.PARAGRAPH, group.line, group.line, group.title)
    return Block(BlockType.ITEM, group.line, min(end, block.end), children=[lead])


def group_title(group: Group) -> str:
    """The title of a group: its comment, else the first line that it runs."""
    if group.title:
        return group.title[:TITLE_CAP]
    run = next(
        (command for command in group.commands if not command.session), group.commands[0] if group.commands else None
    )
    return inline.plain(run.text.split("\n")[0])[:TITLE_CAP] if run is not None else ""
