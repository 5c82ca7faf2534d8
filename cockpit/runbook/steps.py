"""Blocks as steps: numbered items, ticks, bullets, fences, and the decisions among them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from cockpit.model.runbook import Annotations, Command, Kind, Part
from cockpit.runbook import inline, items
from cockpit.runbook.annotations import merged, read_step_comment
from cockpit.runbook.blocks import Block, BlockType, walk
from cockpit.runbook.fences import FenceContents, Group, read_fence

STEP_PARTS = frozenset({Part.DIAGNOSIS, Part.MITIGATION, Part.VERIFY, Part.ROLLBACK})
"""The parts under which a plain bullet is a step."""
TITLE_CAP = 160
"""Characters of a paragraph that may title a fence."""
_DETAIL_CAP = 2_000


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
    annotations: Annotations = field(default_factory=Annotations)
    wait_seconds: float | None = None
    link: str = ""


class StepReader:
    """Reads the blocks of one phase.

    Args:
        lines: the lines of the file, for the steps' source.
        part: the part that the phase plays.
        known: names that are declared inputs or captured values.
        title: the phase's title, for a fence that nothing else titles.
    """

    def __init__(self, lines: Sequence[str], part: Part, known: Collection[str], title: str = "") -> None:
        self._lines = lines
        self._part = part
        self._known = known
        self._title = title
        self.steps: list[StepDraft] = []
        self.prose: list[str] = []
        self._pending: Annotations | None = None

    def read(self, blocks: Sequence[Block]) -> None:
        """Take the blocks in order into `steps` and `prose`."""
        for index, block in enumerate(blocks):
            following = blocks[index + 1] if index + 1 < len(blocks) else None
            if block.type is BlockType.LIST:
                self._list(block)
            elif block.type is BlockType.FENCE:
                before = blocks[index - 1] if index else None
                self._fence(block, before)
            elif block.type is BlockType.HTML:
                self._pending = read_step_comment(block.text) or self._pending
            elif block.type is BlockType.PARAGRAPH:
                self._paragraph(block, following)
            elif block.type is BlockType.QUOTE:
                self._say(" ".join(inline.plain(child.text) for child in walk(block.children) if child.text))
            elif block.type is BlockType.TABLE:
                for row in block.rows:
                    self._say(" · ".join(inline.plain(cell) for cell in row))

    def _say(self, text: str) -> None:
        text = text[:_DETAIL_CAP]
        if not text:
            return
        if self.steps:
            self.steps[-1].details.append(text)
        else:
            self.prose.append(text)

    def _paragraph(self, block: Block, following: Block | None) -> None:
        text = inline.plain(block.text)
        titles_fence = following is not None and following.type is BlockType.FENCE and len(text) <= TITLE_CAP
        if titles_fence and following is not None and read_fence(following, self._known).groups:
            return
        commands = items.inline_commands(block.text, block.line, self._known)
        runs = [command for command in commands if command.kind is not Kind.OPEN]
        if self._part in STEP_PARTS and runs and (following is None or following.type is not BlockType.LIST):
            self._add(StepDraft(block.line, text, commands=runs), block)
        else:
            self._say(text)

    def _list(self, block: Block) -> None:
        if self._part in (Part.SYMPTOMS, Part.CAUSES):
            for item in block.children:
                self._say(inline.plain(item.lead))
            return
        for item in block.children:
            wanted = block.ordered or item.checked is not None or self._part in STEP_PARTS or self._actionable(item)
            if wanted:
                self.steps.append(self._item(item))
            else:
                self._say(inline.plain(item.lead))
                for child in walk(item.children[1:]):
                    self._say(inline.plain(child.text))

    def _actionable(self, item: Block) -> bool:
        if any(block.checked is not None for block in walk(item.children)):
            return True
        if any(
            block.type is BlockType.FENCE and any(group.commands for group in read_fence(block, self._known).groups)
            for block in walk(item.children)
        ):
            return True
        if self._part in (
            Part.REFERENCE,
            Part.ESCALATION,
            Part.COMMUNICATION,
            Part.OTHER,
            Part.PREREQUISITES,
            Part.POST,
        ):
            runs = items.inline_commands(item.lead, item.line)
            return (
                any(command.kind not in (Kind.OPEN, Kind.SETTINGS) for command in runs)
                and self._part is not Part.ESCALATION
            )
        return False

    def _item(self, item: Block) -> StepDraft:
        draft = StepDraft(item.line, inline.plain(item.lead))
        draft.annotations = self._pending or Annotations()
        self._pending = None
        rest = item.children[1:] if item.lead else item.children
        sub = StepReader(self._lines, self._part, self._known)
        for index, block in enumerate(rest):
            if block.type is BlockType.FENCE:
                self._own_fence(draft, read_fence(block, self._known))
            elif block.type is BlockType.HTML:
                draft.annotations = read_step_comment(block.text) or draft.annotations
            elif block.type is BlockType.LIST:
                self._nested(draft, block, sub)
            elif block.type is BlockType.PARAGRAPH:
                draft.details.append(inline.plain(block.text)[:_DETAIL_CAP])
                draft.commands += items.inline_commands(block.text, block.line, self._known)
            elif block.type is BlockType.TABLE:
                draft.details += [" · ".join(inline.plain(cell) for cell in row) for row in block.rows]
            elif index >= 0:
                draft.details += [inline.plain(child.text) for child in walk([block]) if child.text]
        spans = items.inline_commands(item.lead, item.line, self._known)
        has_fence = bool(draft.commands)
        draft.commands = draft.commands if has_fence else spans
        self._finish(draft, item)
        if sub.steps:
            self._branch_out(draft, item, sub.steps)
        return draft

    def _own_fence(self, draft: StepDraft, contents: FenceContents) -> None:
        for group in contents.groups:
            said = [group.title, *group.details] if group.title and group.title != draft.title else group.details
            draft.details += said
            draft.commands += group.commands
        if contents.text:
            draft.details.append(contents.text[:_DETAIL_CAP])
        if not draft.title and contents.groups:
            draft.title = _group_title(contents.groups[0])

    def _nested(self, draft: StepDraft, block: Block, sub: StepReader) -> None:
        decides = bool(block.children) and all(items.condition(child.lead) for child in block.children)
        for child in block.children:
            runs = [c for c in items.inline_commands(child.lead, child.line, self._known) if c.kind is not Kind.OPEN]
            if (
                decides
                or runs
                or child.checked is not None
                or sub._actionable(child)
                or (items.condition(child.lead) and len(child.children) > 1)
            ):
                sub.steps.append(sub._item(child))
            else:
                for inner in walk([child]):
                    if inner.type is BlockType.PARAGRAPH:
                        draft.details.append(inline.plain(inner.text)[:_DETAIL_CAP])
                    elif inner.type is BlockType.FENCE:
                        draft.details.append(inner.text.rstrip()[:_DETAIL_CAP])

    def _branch_out(self, draft: StepDraft, item: Block, children: list[StepDraft]) -> None:
        """Put the steps inside an item under it: one branch for each condition, else one for all."""
        if all(child.branches for child in children) and not draft.branches:
            draft.branches = [(child.branches[0][0], [child]) for child in children]
            draft.kind = draft.kind if draft.commands else Kind.DECISION
            for child in children:
                child.branches = child.branches if any(steps for _, steps in child.branches) else []
                if child.kind is Kind.DECISION and not child.branches:
                    child.kind = Kind.MANUAL
            return
        name = draft.branches[0][0] if draft.branches else draft.title
        draft.branches = [(name, children)]

    def _finish(self, draft: StepDraft, block: Block) -> None:
        lead = block.lead
        if draft.annotations != Annotations():
            draft.commands = [replace(c, annotations=merged(draft.annotations, c.annotations)) for c in draft.commands]
        draft.source = "\n".join(self._lines[block.line - 1 : block.end]).rstrip()
        condition = items.condition(lead)
        if condition:
            draft.branches = [(condition, [])]
        only_pages = all(command.kind is Kind.OPEN for command in draft.commands)
        kind, seconds = items.prose_kind(lead, block.checked)
        if draft.kind is None:
            ran = next((command.kind for command in draft.commands if not command.session), None)
            if ran is None or (only_pages and kind is Kind.DECISION):
                draft.kind = kind
            elif block.checked is not None and only_pages:
                draft.kind = Kind.TICK
            else:
                draft.kind = ran
        draft.wait_seconds = seconds if draft.kind is Kind.WAIT else None
        links = inline.links(lead)
        draft.link = draft.link or (links[0].target if links else "")
        draft.title = draft.title or self._title or "Step"

    def _add(self, draft: StepDraft, block: Block) -> None:
        draft.annotations = self._pending or draft.annotations
        self._pending = None
        self._finish(draft, block)
        self.steps.append(draft)

    def _fence(self, block: Block, before: Block | None) -> None:
        contents = read_fence(block, self._known)
        title = inline.plain(before.text) if before is not None and before.type is BlockType.PARAGRAPH else ""
        title = title.rstrip(":") if len(title) <= TITLE_CAP else ""
        if contents.language in ("manual", "decision"):
            kind = Kind.MANUAL if contents.language == "manual" else Kind.DECISION
            self._add_written(block, title, contents.text, kind)
            return
        if not contents.groups:
            self._say(contents.text)
            return
        self._groups(block, title, contents.groups)

    def _add_written(self, block: Block, title: str, text: str, kind: Kind) -> None:
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        draft = StepDraft(
            block.line, title or (lines[0] if lines else self._title), kind, lines if title else lines[1:]
        )
        if kind is Kind.DECISION:
            draft.branches = [(line.lstrip("-* "), []) for line in draft.details]
        self._add(draft, block)

    def _groups(self, block: Block, title: str, groups: list[Group]) -> None:
        """One step for each titled group of a fence; neighbours that exclude each other hang under a decision."""
        at = 0
        while at < len(groups):
            group = groups[at]
            if group.alternative:
                end = next((n for n in range(at, len(groups)) if not groups[n].alternative), len(groups))
                self._alternatives(block, title, groups[at:end])
                at = end
                continue
            name = (
                title
                if len(groups) == 1 and title
                else group.title or (self._title if len(groups) == 1 else "") or _group_title(group)
            )
            details = [group.title] if name == title and group.title and group.title != title else []
            self._add(
                StepDraft(
                    group.line,
                    name or title or self._title,
                    details=[*details, *group.details],
                    commands=list(group.commands),
                ),
                _at(block, group),
            )
            at += 1

    def _alternatives(self, block: Block, title: str, groups: list[Group]) -> None:
        choice = StepDraft(groups[0].line, title or self._title or "Choose one", Kind.DECISION)
        for group in groups:
            draft = StepDraft(
                group.line, _group_title(group), details=list(group.details), commands=list(group.commands)
            )
            self._finish(draft, _at(block, group))
            draft.branches = []
            choice.branches.append((draft.title, [draft]))
        choice.source = "\n".join(self._lines[block.line - 1 : block.end]).rstrip()
        self.steps.append(choice)


def _at(block: Block, group: Group) -> Block:
    """A stand-in block for a group: its comment is the lead that kinds are read from."""
    last = group.commands[-1] if group.commands else None
    end = last.line + last.text.count("\n") if last is not None else group.line + len(group.details)
    lead = Block(BlockType.PARAGRAPH, group.line, group.line, group.title)
    return Block(BlockType.ITEM, group.line, min(end, block.end), children=[lead])


def _group_title(group: Group) -> str:
    if group.title:
        return group.title[:TITLE_CAP]
    run = next(
        (command for command in group.commands if not command.session), group.commands[0] if group.commands else None
    )
    return inline.plain(run.text.split("\n")[0])[:TITLE_CAP] if run is not None else ""
