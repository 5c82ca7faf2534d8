"""Which rows an UPDATE or DELETE would touch, found without touching them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import psycopg
from pglast import ast, enums

from cockpit.adapters.postgres_connection import Cursor
from cockpit.adapters.postgres_reader import JudgeSql
from cockpit.adapters.postgres_statements import Bound, nodes, parse_one, written
from cockpit.model.risk import Risk

DIGESTED = 1_000
"""Rows up to which their places and versions are part of the identity."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What was found.

    Attributes:
        count: exact number of rows, None when it cannot be known beforehand.
        digest: of their places and versions, or of the count alone when they are many.
        why: why there is no count, "" when there is one.
    """

    count: int | None
    digest: str = ""
    why: str = ""


def table_of(bound: Bound) -> str:
    """The table of an UPDATE, DELETE, INSERT or MERGE as written; "" for other statements."""
    relation = getattr(bound.tree, "relation", None)
    if not isinstance(relation, ast.RangeVar):
        return ""
    return f"{relation.schemaname}.{relation.relname}" if relation.schemaname else str(relation.relname)


async def rows_of(cursor: Cursor, bound: Bound, judge: JudgeSql) -> Rows:
    """Count the rows of the same WHERE inside the transaction that is open.

    Args:
        cursor: in a READ ONLY transaction; what the server refuses here leaves it failed.
        bound: an UPDATE or DELETE.
        judge: a condition that might do more than read is not asked.

    Raises:
        psycopg.Error: when the count does not end in time or is refused.
    """
    why = _obstacle(bound)
    if why:
        return Rows(None, why=why)
    text, arguments = written(_selection(bound, [_count()]), bound.values)
    verdict = judge(text)
    if verdict.risk is not Risk.READ:
        return Rows(None, why=f"counting would run its condition, and {verdict.reason}")
    await cursor.execute(text, arguments)
    row = await cursor.fetchone()
    number = int(row[0]) if row else 0
    if number > DIGESTED:
        return Rows(number, f"count:{number}")
    return Rows(number, await _digest(cursor, bound, number))


async def _digest(cursor: Cursor, bound: Bound, number: int) -> str:
    """SHA-256 of each row's table, place and version; of the count where rows have none (a view)."""
    text, arguments = written(_selection(bound, _places(bound)), bound.values)
    await cursor.execute("SAVEPOINT cockpit_places")
    try:
        await cursor.execute(text, arguments)
    except psycopg.errors.UndefinedColumn:
        await cursor.execute("ROLLBACK TO SAVEPOINT cockpit_places")
        return f"count:{number}"
    places = sorted("/".join(map(str, row)) for row in await cursor.fetchall())
    return hashlib.sha256("\n".join(places).encode()).hexdigest()


def _obstacle(bound: Bound) -> str:
    tree = bound.tree
    if not isinstance(tree, ast.UpdateStmt | ast.DeleteStmt):
        return "no exact count exists for this form"
    joined = tree.fromClause if isinstance(tree, ast.UpdateStmt) else tree.usingClause
    if joined:
        return "no exact count exists for a statement that joins tables: a row may match more than once"
    if tree.withClause is not None:
        return "no exact count exists for a statement with WITH"
    if any(isinstance(node, ast.CurrentOfExpr) for node in nodes(tree.whereClause)):
        return "no exact count exists for WHERE CURRENT OF"
    return ""


def _selection(bound: Bound, targets: list[ast.ResTarget]) -> ast.SelectStmt:
    """A SELECT over the same table with the same WHERE; the tree is parsed anew because it will be renumbered."""
    tree = parse_one(bound.text)
    assert isinstance(tree, ast.UpdateStmt | ast.DeleteStmt)
    assert tree.relation is not None
    return ast.SelectStmt(
        targetList=tuple(targets),
        fromClause=(tree.relation,),
        whereClause=tree.whereClause,
        op=enums.SetOperation.SETOP_NONE,
        limitOption=enums.LimitOption.LIMIT_OPTION_DEFAULT,
    )


def _count() -> ast.ResTarget:
    return ast.ResTarget(val=ast.FuncCall(funcname=(ast.String("count"),), agg_star=True))


def _places(bound: Bound) -> list[ast.ResTarget]:
    relation = getattr(bound.tree, "relation", None)
    assert isinstance(relation, ast.RangeVar)
    name = relation.alias.aliasname if relation.alias else relation.relname
    columns = ("tableoid", "ctid", "xmin")
    return [ast.ResTarget(val=ast.ColumnRef(fields=(ast.String(name), ast.String(column)))) for column in columns]
