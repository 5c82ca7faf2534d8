"""Blocks as steps: numbered items, ticks, bullets, fences, tables of commands, and the decisions among them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from cockpit.model.runbook import Annotations, Kind, Note, Part
from cockpit.runbook import advice, inline, items
from cockpit.runbook.annotations import NONE, read_step_comment
from cockpit.runbook.blocks import Block, BlockType, walk
from cockpit.runbook.fence_steps import group_steps, group_title, written_step
from cockpit.runbook.fences import FenceContents, read_fence
from cockpit.runbook.step_draft import DETAIL_CAP, STEP_PARTS, TITLE_CAP, StepDraft, finish


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
        self.notes: list[Note] = []
        self._pending: Annotations | None = None

    def read(self, blocks: Sequence[Block]) -> None:
        """Take the blocks in order into `steps` and `notes`."""
        for index, block in enumerate(blocks):
            following = blocks[index + 1] if index + 1 < len(blocks) else None
            if block.type is BlockType.LIST:
                self._list(block)
            elif block.type is BlockType.FENCE:
                before = blocks[index - 1] if index else None
                self._fence(block, before)
            elif block.type is BlockType.HTML:
                self._html(block)
            elif block.type is BlockType.PARAGRAPH:
                self._paragraph(block, following)
            elif block.type is BlockType.QUOTE:
                self._quote(block)
            elif block.type is BlockType.TABLE:
                self._table(block)

    def _say(self, line: int, text: str) -> None:
        text = text[:DETAIL_CAP]
        if not text:
            return
        if self.steps:
            self.steps[-1].details.append(text)
        else:
            self.notes.append(Note(line, text))

    def _html(self, block: Block) -> None:
        written = read_step_comment(block.text)
        self._pending = written or self._pending
        if written is None:
            self._say(block.line, inline.html_text(block.text))

    def _quote(self, block: Block) -> None:
        """A quotation is a remark, unless something in it can be run, ticked or numbered off."""
        inside = walk(block.children)
        runs = any(
            inner.checked is not None
            or (inner.type is BlockType.LIST and inner.ordered)
            or (
                inner.type is BlockType.FENCE and any(group.commands for group in read_fence(inner, self._known).groups)
            )
            for inner in inside
        )
        if runs:
            self.read(block.children)
        else:
            for child in inside:
                if child.rows:
                    self._table(child)
                elif child.text:
                    self._say(child.line, inline.plain(child.text))

    def _paragraph(self, block: Block, following: Block | None) -> None:
        text = inline.plain(block.text)
        titles_fence = following is not None and following.type is BlockType.FENCE and len(text) <= TITLE_CAP
        if titles_fence and following is not None and read_fence(following, self._known).groups:
            return
        commands = items.inline_commands(block.text, block.line, self._known)
        runs = [command for command in commands if command.kind is not Kind.OPEN]
        if self._part in STEP_PARTS and runs and (following is None or following.type is not BlockType.LIST):
            self._add(StepDraft(block.line, text, commands=runs), block)
        elif self._part in STEP_PARTS and items.asks(block.text) and not _introduces(text, following):
            for title, details in items.asked(text):
                lead = Block(BlockType.PARAGRAPH, block.line, block.end, title if len(details) else block.text)
                draft = StepDraft(block.line, title, details=list(details))
                self._add(draft, Block(BlockType.ITEM, block.line, block.end, children=[lead]))
        else:
            self._say(block.line, text)
            if self.steps:
                self.steps[-1].warnings += items.warnings(block.text, block.line)

    def _table(self, block: Block) -> None:
        rows = items.table_commands(block, self._known)
        doing = items.table_steps(block)
        if doing is not None and self._part not in (Part.SYMPTOMS, Part.CAUSES):
            self._step_table(block, doing)
            return
        for number, row in enumerate(block.rows):
            text = " · ".join(inline.plain(cell) for cell in row if cell.strip())
            commands = rows.get(number, [])
            if not commands or self._part not in (*STEP_PARTS, Part.OTHER, Part.REFERENCE):
                self._say(block.line + number + (number > 0), text)
                continue
            # The header and the line of dashes come before the first row.
            line = commands[0].line
            self._add(StepDraft(line, text, commands=commands), Block(BlockType.PARAGRAPH, line, line))

    def _step_table(self, block: Block, doing: int) -> None:
        """A table of numbered steps: what to do is the title, the other columns are details under their names."""
        header = [inline.plain(cell) for cell in block.rows[0]]
        for number, row in enumerate(block.rows[1:], 2):
            line = block.line + number
            named = [(name, inline.plain(cell)) for name, cell in zip(header[1:], row[1:], strict=False)]
            details = [f"{name}: {cell}" for at, (name, cell) in enumerate(named, 1) if cell and at != doing]
            text = row[doing] if doing < len(row) else ""
            draft = StepDraft(line, inline.plain(text) or " · ".join(details), details=details)
            draft.commands = [command for cell in row for command in items.inline_commands(cell, line, self._known)]
            lead = Block(BlockType.PARAGRAPH, line, line, text)
            self._add(draft, Block(BlockType.ITEM, line, line, children=[lead]))

    def _list(self, block: Block) -> None:
        if self._part in (Part.SYMPTOMS, Part.CAUSES):
            for item in block.children:
                self._say_all(item)
            return
        for item in block.children:
            wanted = block.ordered or item.checked is not None or self._part in STEP_PARTS or self._actionable(item)
            if wanted:
                self.steps.append(self._item(item))
            else:
                self._say_all(item)

    def _say_all(self, item: Block) -> None:
        for inner in walk(item.children):
            if inner.rows:
                self._table(inner)
            else:
                self._say(
                    inner.line, inner.text.rstrip() if inner.type is BlockType.FENCE else inline.plain(inner.text)
                )

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
        draft.annotations = self._pending or NONE
        self._pending = None
        rest = item.children[1:] if item.lead else item.children
        sub = StepReader(self._lines, self._part, self._known)
        above = draft.title
        for block in rest:
            if block.type is BlockType.FENCE and advice.warns_of_all(above):
                draft.details.append(block.text.rstrip()[:DETAIL_CAP])
                draft.warnings.append(advice.warning(block.text))
            elif block.type is BlockType.FENCE:
                self._own_fence(draft, read_fence(block, self._known))
            elif block.type is BlockType.HTML:
                draft.annotations = read_step_comment(block.text) or draft.annotations
                draft.details.append(inline.html_text(block.text)[:DETAIL_CAP])
            elif block.type is BlockType.LIST:
                self._nested(draft, block, sub)
            elif block.type is BlockType.PARAGRAPH:
                above = inline.plain(block.text)
                draft.details.append(above[:DETAIL_CAP])
                draft.commands += items.inline_commands(block.text, block.line, self._known)
                draft.warnings += items.warnings(block.text, block.line)
            elif block.type is BlockType.TABLE:
                draft.details += [" · ".join(inline.plain(cell) for cell in row) for row in block.rows]
                draft.commands += [c for runs in items.table_commands(block, self._known).values() for c in runs]
            else:
                self._own_quote(draft, block)
        spans = items.inline_commands(item.lead, item.line, self._known)
        has_fence = bool(draft.commands)
        draft.commands = draft.commands if has_fence else spans
        finish(draft, item, self._lines, self._title)
        if sub.steps:
            self._branch_out(draft, item, sub.steps)
        return draft

    def _own_quote(self, draft: StepDraft, block: Block) -> None:
        for inner in walk(block.children):
            if inner.type is BlockType.FENCE:
                self._own_fence(draft, read_fence(inner, self._known))
            else:
                draft.details += [" · ".join(inline.plain(cell) for cell in row) for row in inner.rows]
                draft.details.append(inline.plain(inner.text)[:DETAIL_CAP])

    def _own_fence(self, draft: StepDraft, contents: FenceContents) -> None:
        for group in contents.groups:
            said = [group.title, *group.details] if group.title and group.title != draft.title else group.details
            draft.details += said
            draft.commands += group.commands
        if contents.text:
            draft.details.append(contents.text[:DETAIL_CAP])
        if not draft.title and contents.groups:
            draft.title = group_title(contents.groups[0])

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
                        draft.details.append(inline.plain(inner.text)[:DETAIL_CAP])
                        draft.warnings += items.warnings(inner.text, inner.line)
                    elif inner.type is BlockType.FENCE:
                        draft.details.append(inner.text.rstrip()[:DETAIL_CAP])

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

    def _add(self, draft: StepDraft, block: Block) -> None:
        draft.annotations = self._pending or draft.annotations
        self._pending = None
        finish(draft, block, self._lines, self._title)
        self.steps.append(draft)

    def _warn(self, block: Block, contents: FenceContents) -> None:
        """Show a fence that its text warns of; nothing in it becomes a step."""
        self._say(block.line, block.text.rstrip())
        if self.steps:
            commands = [command for group in contents.groups for command in group.commands]
            self.steps[-1].warnings += [advice.warning(command.text) for command in commands]

    def _fence(self, block: Block, before: Block | None) -> None:
        contents = read_fence(block, self._known)
        above = inline.plain(before.text) if before is not None and before.type is BlockType.PARAGRAPH else self._title
        if advice.warns_of_all(above) and contents.groups:
            self._warn(block, contents)
            return
        title = inline.plain(before.text) if before is not None and before.type is BlockType.PARAGRAPH else ""
        title = title.rstrip(":") if len(title) <= TITLE_CAP else ""
        if contents.language in ("manual", "decision"):
            kind = Kind.MANUAL if contents.language == "manual" else Kind.DECISION
            self._add(written_step(block, title, self._title, contents.text, kind), block)
        elif not contents.groups:
            self._say(block.line, contents.text)
        for draft, lead in group_steps(block, title, self._title, contents.groups, self._lines):
            if lead is None:
                self.steps.append(draft)
            else:
                self._add(draft, lead)


def _introduces(text: str, following: Block | None) -> bool:
    """True when a paragraph leads to what stands below it."""
    below = following is not None and following.type in (BlockType.LIST, BlockType.FENCE, BlockType.TABLE)
    return below and (text.endswith(":") or len(text) <= TITLE_CAP)
