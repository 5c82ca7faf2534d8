"""Shell text as simple commands, read with the grammar of bash; nothing is ever expanded or run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from cockpit.runbook.shell_plain import plain_commands
from cockpit.runbook.shell_words import Word, unquote, word

_NOT_WORDS = frozenset({"file_redirect", "heredoc_redirect", "herestring_redirect", "variable_assignment", "comment"})
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
TEXT_CAP = 50_000
"""Characters of one command line that are parsed."""
DEPTH_CAP = 120
"""Levels of a syntax tree that are looked into; what is nested more deeply is not understood."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirection of output or input to a file: the operator and the file."""

    operator: str
    target: str


@dataclass(frozen=True, slots=True)
class SimpleCommand:
    """One program with its arguments; also those inside loops, substitutions and groups.

    Attributes:
        words: program and arguments.
        piped_from: the command whose output it reads, None when it is the first of its pipeline.
        piped_into: True when its output goes into another command.
        assigned: names of the variables that are set for it alone.
        document: the text of the here-document or here-string that it reads, None when there is none.
        input_file: the file that it reads in place of its input, "" when there is none.
        program: the program's name without its folder, "" when there is none.
    """

    words: tuple[Word, ...]
    piped_from: SimpleCommand | None = None
    piped_into: bool = False
    assigned: frozenset[str] = frozenset()
    document: str | None = None
    input_file: str = ""
    program: str = field(init=False, default="")

    def __post_init__(self) -> None:
        """Work the program's name out once: it is asked for many times."""
        object.__setattr__(self, "program", self.words[0].text.rpartition("/")[2] if self.words else "")

    @property
    def has_input(self) -> bool:
        """True when its input comes from a file or a here-document."""
        return self.document is not None or bool(self.input_file)

    def running(self, words: tuple[Word, ...]) -> SimpleCommand:
        """Another program in its place, with the same input."""
        return SimpleCommand(words, self.piped_from, self.piped_into, self.assigned, self.document, self.input_file)

    @property
    def texts(self) -> tuple[str, ...]:
        """All words without quotes."""
        return tuple(word.text for word in self.words)


@dataclass(frozen=True, slots=True)
class ShellText:
    """What a piece of shell text consists of.

    Attributes:
        commands: every simple command in it, in the order of the text.
        redirects: every redirection to or from a file.
        assignments: names of the variables that it sets or exports on their own.
        understood: False when the grammar of bash does not fit.
        compound: names of constructs other than simple commands, such as for_statement.
    """

    commands: tuple[SimpleCommand, ...]
    redirects: tuple[Redirect, ...] = ()
    assignments: tuple[str, ...] = ()
    understood: bool = True
    compound: tuple[str, ...] = ()

    @property
    def only(self) -> SimpleCommand | None:
        """The one command, when the text is that one command and nothing else."""
        return self.commands[0] if len(self.commands) == 1 and not self.redirects and not self.compound else None


_COMPOUND = frozenset(
    {
        "for_statement", "c_style_for_statement", "while_statement", "if_statement", "case_statement", "subshell",
        "compound_statement", "function_definition", "list", "pipeline", "negated_command", "test_command",
        "command_substitution", "process_substitution", "declaration_command", "unset_command", "heredoc_redirect",
        "herestring_redirect",
    }
)  # fmt: skip


@lru_cache(maxsize=1)
def _parser() -> Parser:
    return Parser(Language(tree_sitter_bash.language()))


def syntax_tree(text: str) -> Node:
    """The syntax tree of a shell text; placeholders must have been masked before.

    The grammar's scanner looks characters up in a table of bytes and reads beyond its end for others, which has
    ended the program; to the grammar every byte of such a character is therefore a letter. Offsets stay the same.
    """
    return _parser().parse(_BEYOND_ASCII.sub(b"x", text.encode("utf-8", "replace"))).root_node


@lru_cache(maxsize=4096)
def read(text: str) -> ShellText:
    """Take a shell text apart. Placeholders must have been masked before."""
    if len(text) > TEXT_CAP or "\x00" in text:
        return ShellText((), understood=False)
    plain = plain_commands(text)
    return _pipeline(plain) if plain is not None else by_grammar(text)


def _pipeline(plain: Sequence[tuple[Word, ...]]) -> ShellText:
    commands: list[SimpleCommand] = []
    for number, found in enumerate(plain, 1):
        commands.append(SimpleCommand(found, commands[-1] if commands else None, number < len(plain)))
    return ShellText(tuple(commands), compound=("pipeline",) if len(plain) > 1 else ())


def by_grammar(text: str) -> ShellText:
    """The same by the grammar of bash, which fits any text and takes longer."""
    root = syntax_tree(text)
    commands: list[SimpleCommand] = []
    redirects: list[Redirect] = []
    assignments: list[str] = []
    compound: list[str] = []
    known = _Known(text.encode("utf-8", "replace"))
    deepest = 0
    for place in _places(root):
        node = place.node
        deepest = max(deepest, place.depth)
        if node.type == "command":
            command = _simple(place, known)
            known.commands[node.id] = command
            commands.append(command)
        elif node.type == "pipeline":
            known.members.update(_members(node))
        elif node.type == "file_redirect":
            redirects.append(_redirect(node, known.source))
        elif node.type == "variable_assignment" and not place.in_command:
            assignments.append(_text(node, known.source).partition("=")[0])
        if node.type in _COMPOUND:
            compound.append(node.type)
    understood = not root.has_error and deepest < DEPTH_CAP
    return ShellText(tuple(commands), tuple(redirects), tuple(assignments), understood, tuple(compound))


@dataclass(slots=True)
class _Known:
    """The text, and what has been met: commands by node, and for each member of a pipeline what is beside it."""

    source: bytes
    commands: dict[int, SimpleCommand] = field(default_factory=dict)
    members: dict[int, tuple[int | None, bool]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Place:
    """A node with what is known from the nodes above it; asking a node for its parent takes as long as it is deep.

    Attributes:
        node: the node.
        depth: how many nodes are above it.
        holders: the redirected or negated statements directly around it, the innermost first.
        fed_by: the command whose here-document mark it stands behind, 0 when it stands behind a mark alone.
        in_command: True when a command is directly above.
    """

    node: Node
    depth: int = 0
    holders: tuple[Node, ...] = ()
    fed_by: int | None = None
    in_command: bool = False


def _places(root: Node) -> Iterator[_Place]:
    """Every node down to DEPTH_CAP, parents before children, in the order of the text."""
    waiting = [_Place(root)]
    while waiting:
        place = waiting.pop()
        yield place
        node = place.node
        if place.depth >= DEPTH_CAP:
            continue
        holds = node.type in ("redirected_statement", "negated_command")
        holders = (node, *place.holders) if holds else ()
        fed_by = place.fed_by
        if node.type == "heredoc_redirect":
            body = place.holders[0].child_by_field_name("body") if place.holders else None
            fed_by = body.id if body is not None else 0
        in_command = node.type == "command"
        waiting.extend(_Place(child, place.depth + 1, holders, fed_by, in_command) for child in reversed(node.children))


def descend(root: Node) -> Iterator[Node]:
    """Every node, parents before children, in the order of the text."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))


def _simple(place: _Place, known: _Known) -> SimpleCommand:
    children = place.node.children
    words = tuple(
        word(_text(child, known.source)) for child in children if child.is_named and child.type not in _NOT_WORDS
    )
    assigned = frozenset(
        _text(child, known.source).partition("=")[0] for child in children if child.type == "variable_assignment"
    )
    document, input_file = _input(place.node, known.source)
    for holder in place.holders:
        outer, outer_file = _input(holder, known.source)
        document, input_file = (outer if document is None else document), input_file or outer_file
    outermost = place.holders[-1] if place.holders else place.node
    previous, piped_into = known.members.get(outermost.id, (None, False))
    fed_by = place.fed_by if previous is None else previous
    # A command that stands behind a here-document's mark, as in `cat <<EOF | sh`, reads from a pipe too.
    piped = None if fed_by is None else known.commands.get(fed_by) or SimpleCommand(())
    return SimpleCommand(words, piped, piped_into, assigned, document, input_file)


def _members(pipeline: Node) -> dict[int, tuple[int | None, bool]]:
    """For each member of a pipeline the one before it, and whether another follows."""
    ids = [child.id for child in pipeline.children if child.is_named]
    return {at: (ids[n - 1] if n else None, n < len(ids) - 1) for n, at in enumerate(ids)}


def _input(node: Node, source: bytes) -> tuple[str | None, str]:
    """The here-document or here-string below a node, and the file that is read in place of the input."""
    document: str | None = None
    input_file = ""
    for child in node.children:
        if child.type == "heredoc_redirect":
            document = next((_text(part, source) for part in child.children if part.type == "heredoc_body"), "")
        elif child.type == "herestring_redirect":
            document = unquote(_text(child, source).removeprefix("<<<").strip())
        elif child.type == "file_redirect" and _redirect(child, source).operator == "<":
            input_file = _redirect(child, source).target
    return document, input_file


def _redirect(node: Node, source: bytes) -> Redirect:
    parts = [child for child in node.children if child.type != "file_descriptor"]
    operator = _text(parts[0], source) if parts else ">"
    return Redirect(operator, unquote(_text(parts[-1], source)) if len(parts) > 1 else "")


def _text(node: Node, source: bytes) -> str:
    return source[node.start_byte : node.end_byte].decode("utf-8", "replace")
