"""Kinds of statements: what each needs around it when it is executed, and what it is about."""

from __future__ import annotations

from pglast import ast

from cockpit.adapters.postgres_statements import nodes

_ALONE = {
    "VacuumStmt": "VACUUM",
    "CreatedbStmt": "CREATE DATABASE",
    "DropdbStmt": "DROP DATABASE",
    "AlterSystemStmt": "ALTER SYSTEM",
    "CreateTableSpaceStmt": "CREATE TABLESPACE",
    "DropTableSpaceStmt": "DROP TABLESPACE",
    "AlterDatabaseStmt": "ALTER DATABASE",
    "CreateSubscriptionStmt": "CREATE SUBSCRIPTION",
    "DropSubscriptionStmt": "DROP SUBSCRIPTION",
    "AlterSubscriptionStmt": "ALTER SUBSCRIPTION",
    "ClusterStmt": "CLUSTER",
    "CallStmt": "CALL",
}
"""Statements that PostgreSQL does not, or not always, run inside a transaction."""

_OWN_SESSION = {
    "TransactionStmt": "BEGIN, COMMIT and their like",
    "VariableSetStmt": "SET and RESET",
    "PrepareStmt": "PREPARE",
    "ExecuteStmt": "EXECUTE",
    "DeallocateStmt": "DEALLOCATE",
    "DeclareCursorStmt": "DECLARE",
    "FetchStmt": "FETCH",
    "ClosePortalStmt": "CLOSE",
    "ListenStmt": "LISTEN",
    "UnlistenStmt": "UNLISTEN",
    "DiscardStmt": "DISCARD",
    "LoadStmt": "LOAD",
    "LockStmt": "LOCK",
    "ConstraintsSetStmt": "SET CONSTRAINTS",
}
"""Statements that only concern the session or transaction that they run in."""

_NAMED = {"IndexStmt": "CREATE INDEX", "CreateStmt": "CREATE TABLE", "ViewStmt": "CREATE VIEW"}

_PLANNED = frozenset({"SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"})


def own_session_only(tree: ast.Node) -> str:
    """What the statement is called when it concerns only the cockpit's own session, "" for all others."""
    return _OWN_SESSION.get(type(tree).__name__, "")


def runs_alone(tree: ast.Node) -> str:
    """What the statement is called when it must run outside a transaction, "" for all others."""
    name = type(tree).__name__
    if name in _ALONE:
        return "" if name == "VacuumStmt" and not getattr(tree, "is_vacuumcmd", True) else _ALONE[name]
    if isinstance(tree, ast.IndexStmt | ast.DropStmt) and tree.concurrent:
        return "CONCURRENTLY"
    if isinstance(tree, ast.ReindexStmt):
        return "REINDEX"
    if isinstance(tree, ast.AlterTableStmt) and any(
        isinstance(node, ast.PartitionCmd) and node.concurrent for node in nodes(tree)
    ):
        return "CONCURRENTLY"
    return ""


def has_plan(tree: ast.Node) -> bool:
    """Whether EXPLAIN can show a plan for it."""
    return type(tree).__name__ in _PLANNED


def copies(tree: ast.Node) -> bool:
    """Whether it is COPY, which needs a stream that nobody here provides."""
    return isinstance(tree, ast.CopyStmt)


def words(tree: ast.Node) -> str:
    """What sort of statement it is: `AlterTableStmt` of PostgreSQL's grammar becomes `ALTER TABLE`."""
    if isinstance(tree, ast.DropStmt) and tree.removeType is not None:
        return f"DROP {tree.removeType.name.removeprefix('OBJECT_').replace('_', ' ')}"
    name = type(tree).__name__
    if name in _NAMED:
        return _NAMED[name]
    name = name.removesuffix("Stmt")
    parts = "".join(f" {letter}" if letter.isupper() else letter for letter in name).split()
    return " ".join(parts).upper()


def relations(tree: ast.Node) -> tuple[str, ...]:
    """Tables that TRUNCATE, DROP TABLE or ALTER TABLE is about, as written."""
    if isinstance(tree, ast.TruncateStmt):
        return tuple(_name(table) for table in tree.relations or () if isinstance(table, ast.RangeVar))
    if isinstance(tree, ast.DropStmt):
        return tuple(_listed(item) for item in tree.objects or () if isinstance(item, tuple))
    relation = getattr(tree, "relation", None)
    return (_name(relation),) if isinstance(relation, ast.RangeVar) else ()


def _name(table: ast.RangeVar) -> str:
    return ".".join(_quoted(part) for part in (table.schemaname, table.relname) if part)


def _listed(parts: tuple[object, ...]) -> str:
    return ".".join(_quoted(str(part.sval)) for part in parts if isinstance(part, ast.String))


def _quoted(name: str) -> str:
    """As quote_ident has it, but always where there is any doubt."""
    return name if name.isidentifier() and name.islower() and name.isascii() else '"' + name.replace('"', '""') + '"'
