"""The block tree of a Markdown document, with the source line of every node."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from markdown_it import MarkdownIt
from markdown_it.token import Token

from cockpit.runbook import references

_CHECKBOX = re.compile(r"\[([ xX])\]\s+")


class BlockType(StrEnum):
    """What sort of block it is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    FENCE = "fence"
    LIST = "list"
    ITEM = "item"
    TABLE = "table"
    HTML = "html"
    QUOTE = "quote"


@dataclass(slots=True)
class Block:
    """One block; built once by `parse`, not changed afterwards.

    Attributes:
        type: what it is.
        line, end: first and last line in the file, from 1.
        text: inline Markdown of a heading or paragraph, the contents of a fence, the HTML as written.
        level: of a heading, 1 to 6.
        info: what stands after the fence's opening.
        ordered: True for a numbered list.
        checked: the state of a task-list item's box, None when it has none.
        children: the blocks inside, in order.
        rows: cells of a table, the header first, as inline Markdown.
    """

    type: BlockType
    line: int
    end: int
    text: str = ""
    level: int = 0
    info: str = ""
    ordered: bool = False
    checked: bool | None = None
    children: list[Block] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    @property
    def lead(self) -> str:
        """Inline Markdown of an item's first paragraph, "" when it starts with something else."""
        first = self.children[0] if self.children else None
        return first.text if first is not None and first.type is BlockType.PARAGRAPH else ""


_CONTAINERS = {
    "bullet_list": BlockType.LIST,
    "ordered_list": BlockType.LIST,
    "list_item": BlockType.ITEM,
    "blockquote": BlockType.QUOTE,
    "heading": BlockType.HEADING,
    "paragraph": BlockType.PARAGRAPH,
    "table": BlockType.TABLE,
}


def _parser() -> MarkdownIt:
    # Inline rules stay off: the reader needs the source of a line, and they cost most of the time.
    return MarkdownIt("commonmark").enable("table").disable(["inline", "text_join"])


def parse(text: str) -> list[Block]:
    """Top-level blocks of a document.

    Args:
        text: repaired Markdown with line feeds.
    """
    root = Block(BlockType.QUOTE, 1, 1)
    open_blocks = [root]
    found: dict[str, object] = {}
    for token in _parser().parse(text, found):
        _take(token, open_blocks)
    targets = references.targets(found)
    if targets:
        _spell_out(root.children, targets)
    return root.children


def _spell_out(blocks: Sequence[Block], targets: Mapping[str, str]) -> None:
    for block in walk(blocks):
        if block.type in (BlockType.PARAGRAPH, BlockType.HEADING):
            block.text = references.spelled_out(block.text, targets)
        block.rows = [[references.spelled_out(cell, targets) for cell in row] for row in block.rows]


def _take(token: Token, open_blocks: list[Block]) -> None:
    top = open_blocks[-1]
    name, _, suffix = token.type.rpartition("_")
    if suffix == "open" and name in _CONTAINERS:
        block = _opened(token, _CONTAINERS[name], top)
        top.children.append(block)
        open_blocks.append(block)
    elif suffix == "close" and name in _CONTAINERS:
        _close(open_blocks.pop())
    elif token.type == "tr_open":
        top.rows.append([])
    elif token.type == "inline":
        if top.type is BlockType.TABLE:
            top.rows[-1].append(token.content)
        else:
            top.text = token.content
    elif token.type in ("fence", "code_block"):
        line, end = _lines(token, top)
        top.children.append(Block(BlockType.FENCE, line, end, token.content, info=token.info.strip()))
    elif token.type == "html_block":
        line, end = _lines(token, top)
        top.children.append(Block(BlockType.HTML, line, end, token.content))


def _opened(token: Token, block_type: BlockType, parent: Block) -> Block:
    line, end = _lines(token, parent)
    level = int(token.tag[1]) if block_type is BlockType.HEADING else 0
    return Block(block_type, line, end, level=level, ordered=token.type == "ordered_list_open")


def _lines(token: Token, parent: Block) -> tuple[int, int]:
    if token.map is None:
        return parent.line, parent.end
    return token.map[0] + 1, max(token.map[1], token.map[0] + 1)


def _close(block: Block) -> None:
    if block.type is not BlockType.ITEM:
        return
    first = block.children[0] if block.children else None
    box = _CHECKBOX.match(first.text) if first is not None and first.type is BlockType.PARAGRAPH else None
    if first is not None and box is not None:
        block.checked = box[1] in "xX"
        first.text = first.text[box.end() :]


def walk(blocks: Sequence[Block]) -> list[Block]:
    """The blocks and everything inside them, in the order of the file."""
    found: list[Block] = []
    waiting = list(reversed(blocks))
    while waiting:
        block = waiting.pop()
        found.append(block)
        waiting.extend(reversed(block.children))
    return found
