"""The sections of a document: headings, and the bold words that people use as headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cockpit.model.runbook import Part
from cockpit.runbook import inline, parts
from cockpit.runbook.blocks import Block, BlockType
from cockpit.runbook.step_draft import STEP_PARTS

BOLD_LEVEL = 7
"""The level of a section that a bold line opens, below every heading; one inside such a section is one lower."""


@dataclass(slots=True)
class Section:
    """A heading with what stands below it.

    Attributes:
        level: 0 for the document, 1 to 6 for headings, 7 and 8 for bold lines.
        text: the heading's inline Markdown.
        line: 1-based line in the file.
        part: the part that its label names.
        blocks: what stands directly below, before the first subsection.
        children: subsections.
        budget: seconds of its time box, None when it has none.
    """

    level: int
    text: str
    line: int
    part: Part | None = None
    blocks: list[Block] = field(default_factory=list)
    children: list[Section] = field(default_factory=list)
    budget: float | None = None

    @property
    def title(self) -> str:
        """The heading without Markdown and number."""
        return parts.title(self.text) if self.text else ""

    def walk(self) -> Iterator[Section]:
        """This section and all below, in the order of the file."""
        yield self
        for child in self.children:
            yield from child.walk()


def outline(blocks: Sequence[Block]) -> Section:
    """The section tree of a document's top-level blocks."""
    root = Section(0, "", 1)
    path = [root]
    for index, block in enumerate(blocks):
        if block.type is BlockType.HEADING:
            _open(
                path,
                Section(
                    block.level,
                    block.text,
                    block.line,
                    parts.part_of(block.text),
                    budget=parts.budget_seconds(block.text),
                ),
            )
            continue
        opened = _bold_section(block, blocks[index + 1] if index + 1 < len(blocks) else None)
        if opened is None:
            path[-1].blocks.append(block)
        elif opened.text:
            if _is_inside(opened, path[-1]):
                opened.level += 1
                around = path[-1] if path[-1].level == BOLD_LEVEL else path[-2]
                opened.part = None if parts.is_branch(opened.text) else around.part
            _open(path, opened)
        else:
            path[-1].budget = opened.budget
    return root


def _open(path: list[Section], section: Section) -> None:
    while path[-1].level >= section.level:
        path.pop()
    path[-1].children.append(section)
    path.append(section)


def _is_inside(opened: Section, last: Section) -> bool:
    """True for a bold line below another one: an option of a bold part, or what stands first in it."""
    if opened.part is not None or last.level < BOLD_LEVEL:
        return False
    if last.level > BOLD_LEVEL:
        # Its neighbour is inside already, and so is this one.
        return parts.is_branch(opened.text) or not parts.is_branch(last.text)
    empty = not last.blocks and not last.children
    return last.part in STEP_PARTS and (parts.is_branch(opened.text) or empty)


def _bold_section(block: Block, following: Block | None) -> Section | None:
    """The section that a bold paragraph opens; one without text only carries a time box."""
    if block.type is not BlockType.PARAGRAPH:
        return None
    lead = inline.lead_in(block.text)
    if lead is None or not lead.label:
        return None
    whole = f"{lead.label}: {inline.plain(lead.rest)}" if lead.rest else lead.label
    budget = parts.time_line_seconds(whole)
    if budget is not None:
        return Section(BOLD_LEVEL, "", block.line, budget=budget)
    part = parts.part_of(lead.label)
    if not lead.rest:
        goes_on = following is not None and following.type in (
            BlockType.LIST,
            BlockType.FENCE,
            BlockType.PARAGRAPH,
            BlockType.TABLE,
        )
        if part is None and not (
            goes_on and (lead.colon or (following is not None and following.type is not BlockType.PARAGRAPH))
        ):
            return None
        return Section(BOLD_LEVEL, lead.label, block.line, part, budget=parts.budget_seconds(lead.label))
    if part is None or not lead.colon:
        return None
    rest = Block(BlockType.PARAGRAPH, block.line, block.end, lead.rest)
    return Section(BOLD_LEVEL, lead.label, block.line, part, [rest], budget=parts.budget_seconds(lead.label))
