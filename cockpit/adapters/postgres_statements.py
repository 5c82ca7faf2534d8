"""A statement with named parameters as PostgreSQL's protocol wants it, and what kind of statement it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pglast
from pglast import ast
from pglast.stream import RawStream
from psycopg.types.numeric import Int4

from cockpit.model.errors import SourceRefused
from cockpit.model.text import clean

_MARK = re.compile(r"%(?:\((?P<name>\w+)\)s|(?P<percent>%)|(?P<wrong>.?))", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Bound:
    """One statement as it is sent.

    Attributes:
        text: with $1, $2 ... for the values.
        values: in that order; sent as text of unknown type, so the server types them by where they stand.
        tree: its syntax tree by PostgreSQL's own parser.
    """

    text: str
    values: tuple[str, ...]
    tree: ast.Node

    @property
    def arguments(self) -> list[object]:
        """Arguments for a raw cursor; never empty.

        Only a statement with arguments travels by the extended protocol, which refuses a second statement in
        the same text; an argument that no $n refers to is allowed when its type is known.
        """
        return list(self.values) or [Int4(0)]


def bind(text: str, parameters: tuple[tuple[str, str], ...]) -> Bound:
    """Turn %(name)s into $n, and read the statement.

    Args:
        text: one statement; a literal per cent sign is doubled.
        parameters: name and value.

    Raises:
        SourceRefused: when a parameter has no value, or the text is not exactly one statement.
    """
    known: Mapping[str, str] = dict(parameters)
    order: list[str] = []

    def place(found: re.Match[str]) -> str:
        if found["percent"]:
            return "%"
        name = found["name"]
        if name is None or name not in known:
            raise SourceRefused(f"the statement has a mark without a value: {clean(found[0], 80)}")
        if name not in order:
            order.append(name)
        return f"${order.index(name) + 1}"

    sent = _MARK.sub(place, text)
    values = tuple(known[name] for name in order)
    if any("\x00" in value for value in values):
        raise SourceRefused("a value holds the character NUL, which PostgreSQL cannot take", "remove it")
    return Bound(sent, values, parse_one(sent))


def parse_one(text: str) -> ast.Node:
    """The syntax tree of a text that is exactly one statement.

    Raises:
        SourceRefused: when it is not.
    """
    if "\x00" in text:
        raise SourceRefused("the statement holds the character NUL, which PostgreSQL cannot take", "remove it")
    try:
        statements = pglast.parse_sql(text)
    except pglast.parser.ParseError as error:
        said = clean(str(error.args[0]) if error.args else "it is no SQL", 200)
        raise SourceRefused(f"PostgreSQL's parser does not accept the statement: {said}", "correct it") from error
    except RecursionError as error:
        raise SourceRefused("the statement is nested too deeply to be looked at", "take it apart") from error
    if len(statements) != 1:
        raise SourceRefused(f"the text holds {len(statements)} statements", "run them one at a time")
    tree = statements[0].stmt
    if tree is None:
        raise SourceRefused("the text holds no statement")
    return tree


def nodes(tree: object) -> Iterator[ast.Node]:
    """Every node of a syntax tree."""
    waiting: list[object] = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, tuple):
            waiting.extend(item)
        elif isinstance(item, ast.Node):
            yield item
            waiting.extend(getattr(item, name) for name in iter(item))


def written(tree: ast.Node, values: tuple[str, ...]) -> tuple[str, list[object]]:
    """A tree as text, with only those values that it still refers to, numbered anew.

    Args:
        tree: its parameter numbers are changed in place, so it must not be used afterwards.
        values: of the statement that the tree was taken from.
    """
    order: list[int] = []
    for node in nodes(tree):
        if isinstance(node, ast.ParamRef) and node.number is not None:
            if node.number not in order:
                order.append(node.number)
            node.number = order.index(node.number) + 1
    text: str = RawStream()(tree)
    kept: list[object] = [values[number - 1] for number in order]
    return text, kept or [Int4(0)]


def is_query(tree: ast.Node) -> bool:
    """Whether it is a SELECT, VALUES or TABLE that can be walked over with a cursor."""
    if not isinstance(tree, ast.SelectStmt) or tree.intoClause is not None:
        return False
    return all(isinstance(node, ast.SelectStmt) for node in nodes(tree) if type(node).__name__.endswith("Stmt"))


def is_show(tree: ast.Node) -> bool:
    """Whether it is SHOW or EXPLAIN: it gives rows and cannot be walked over with a cursor."""
    return isinstance(tree, ast.VariableShowStmt | ast.ExplainStmt)
