"""What SQL may do, judged on the syntax tree of PostgreSQL's own parser."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pglast import ast, enums

from cockpit.model.risk import Risk, RiskVerdict
from cockpit.runbook import sql_functions, sql_text
from cockpit.runbook.words import words

_HIGH_STATEMENTS: dict[str, str] = {
    "DropStmt": "DROP removes an object with its data",
    "DropdbStmt": "DROP DATABASE removes a whole database",
    "DropRoleStmt": "DROP ROLE takes a role's access away",
    "DropOwnedStmt": "DROP OWNED removes everything a role owns",
    "DropTableSpaceStmt": "DROP TABLESPACE removes storage",
    "TruncateStmt": "TRUNCATE empties whole tables",
    "DoStmt": "DO runs a program that cannot be looked into",
    "ReassignOwnedStmt": "REASSIGN OWNED changes the owner of everything a role owns",
}
_CHANGE_WORDS: dict[str, str] = {
    "InsertStmt": "INSERT adds rows",
    "MergeStmt": "MERGE changes rows",
    "AlterSystemStmt": "ALTER SYSTEM changes the server's configuration",
    "AlterDatabaseSetStmt": "ALTER DATABASE changes the settings of every new session",
    "AlterRoleSetStmt": "ALTER ROLE changes the settings of a role",
    "AlterRoleStmt": "ALTER ROLE changes a role",
    "AlterTableStmt": "ALTER TABLE changes a table and locks it",
    "IndexStmt": "CREATE INDEX writes an index and may lock the table",
    "ReindexStmt": "REINDEX writes an index anew and may lock the table",
    "CreateTableAsStmt": "CREATE TABLE AS writes a table",
    "VacuumStmt": "VACUUM and ANALYZE write to the table and its statistics",
    "CheckPointStmt": "CHECKPOINT writes everything to disk at once",
    "LockStmt": "LOCK takes a lock that others wait for",
    "TransactionStmt": "transaction control changes what later statements mean",
    "CallStmt": "CALL runs a procedure that cannot be looked into",
    "ExecuteStmt": "EXECUTE runs a statement that is not shown here",
    "NotifyStmt": "NOTIFY sends a notification",
    "ListenStmt": "LISTEN changes the session",
    "DiscardStmt": "DISCARD changes the session",
    "LoadStmt": "LOAD runs foreign code inside the server",
    "GrantStmt": "GRANT and REVOKE change who may do what",
    "GrantRoleStmt": "GRANT and REVOKE change who may do what",
    "RefreshMatViewStmt": "REFRESH MATERIALIZED VIEW writes a table",
    "ClusterStmt": "CLUSTER writes a table anew and locks it",
    "PrepareStmt": "PREPARE changes the session",
    "DeclareCursorStmt": "DECLARE changes the session",
}
_META = re.compile(r"^\s*\\[a-z?!]", re.MULTILINE | re.IGNORECASE)
_SHOWING_META = words(r"\l \l+ \conninfo \timing \x \z \sf \sv \pset \q \echo \c \connect \?")
_FIELDS: dict[type[ast.Node], tuple[str, ...]] = {}
_SHOWN = RiskVerdict(Risk.READ, "SHOW reads a setting")


def judge_sql(text: str) -> RiskVerdict:
    """The risk of SQL; several statements take the worst.

    Args:
        text: SQL as written; placeholders may still be in it. What the parser rejects is unknown.
    """
    if not text.strip().strip(";"):
        return RiskVerdict(Risk.UNKNOWN, "there is no statement")
    if "\\" in text and _META.search(text):
        return _judge_with_meta(text)
    trees = sql_text.parse(text)
    if trees is None:
        return RiskVerdict(Risk.UNKNOWN, "PostgreSQL's parser does not understand it")
    verdicts = [judge_tree(tree) for tree in trees]
    return max(
        verdicts, key=lambda verdict: verdict.risk.rank, default=RiskVerdict(Risk.UNKNOWN, "there is no statement")
    )


def judge_tree(tree: ast.Node) -> RiskVerdict:
    """The risk of one statement: the worst of all that is inside it."""
    verdicts = [verdict for node in nodes(tree) if (verdict := _judge_node(node)) is not None]
    worst = max(verdicts, key=lambda verdict: verdict.risk.rank, default=None)
    top = _judge_top(tree)
    return worst if worst is not None and worst.risk.rank > top.risk.rank else top


def _judge_top(tree: ast.Node) -> RiskVerdict:
    name = type(tree).__name__
    if isinstance(tree, ast.SelectStmt):
        return RiskVerdict(Risk.READ, "SELECT reads, and calls no function that changes anything")
    if isinstance(tree, ast.VariableShowStmt):
        return _SHOWN
    if isinstance(tree, ast.ExplainStmt):
        return _judge_explain(tree)
    if isinstance(tree, ast.CopyStmt):
        return _judge_copy(tree)
    if isinstance(tree, ast.VariableSetStmt):
        return RiskVerdict(Risk.CHANGE, "SET and RESET change the session's settings")
    if isinstance(tree, (ast.UpdateStmt, ast.DeleteStmt)) or name in _HIGH_STATEMENTS or name in _CHANGE_WORDS:
        return _judge_node(tree) or RiskVerdict(Risk.CHANGE, f"{name} changes something")
    return RiskVerdict(Risk.CHANGE, f"{_words(name)} is not among the statements that only read")


def _judge_node(node: ast.Node) -> RiskVerdict | None:
    name = type(node).__name__
    if name in _HIGH_STATEMENTS:
        return RiskVerdict(Risk.HIGH, _HIGH_STATEMENTS[name])
    if isinstance(node, (ast.UpdateStmt, ast.DeleteStmt)):
        return _judge_rows(node)
    if name in _CHANGE_WORDS:
        return RiskVerdict(Risk.CHANGE, _CHANGE_WORDS[name])
    if isinstance(node, ast.SelectStmt):
        return _judge_select(node)
    if isinstance(node, ast.FuncCall):
        return _judge_function(".".join(_texts(node.funcname)))
    if (
        isinstance(node, ast.AlterTableCmd)
        and node.subtype is not None
        and "Drop" in enums.AlterTableType(node.subtype).name
    ):
        return RiskVerdict(Risk.HIGH, "ALTER TABLE ... DROP removes data")
    return None


def _judge_rows(node: ast.UpdateStmt | ast.DeleteStmt) -> RiskVerdict:
    verb = "UPDATE changes" if isinstance(node, ast.UpdateStmt) else "DELETE removes"
    if node.whereClause is None:
        return RiskVerdict(Risk.HIGH, f"{verb} every row: it has no WHERE")
    return RiskVerdict(Risk.CHANGE, f"{verb} rows")


def _judge_select(node: ast.SelectStmt) -> RiskVerdict | None:
    if node.intoClause is not None:
        return RiskVerdict(Risk.CHANGE, "SELECT INTO writes a table")
    if node.lockingClause:
        return RiskVerdict(Risk.CHANGE, "SELECT FOR UPDATE and FOR SHARE lock rows")
    return None


def _judge_function(name: str) -> RiskVerdict | None:
    short = name.removeprefix("pg_catalog.").lower()
    if short in sql_functions.READS:
        return None
    risk = Risk.HIGH if short in sql_functions.HIGH else Risk.CHANGE
    if short in sql_functions.WHY_NOT:
        return RiskVerdict(risk, sql_functions.WHY_NOT[short])
    for prefix, why in sql_functions.CHANGE_PREFIXES.items():
        if short.startswith(prefix):
            return RiskVerdict(risk, why)
    return RiskVerdict(Risk.UNKNOWN, f"{name} is not among the functions that are known only to read")


def _judge_explain(tree: ast.ExplainStmt) -> RiskVerdict:
    options = {str(option.defname).lower() for option in tree.options or () if _switched_on(option)}
    if "analyze" not in options:
        return RiskVerdict(Risk.READ, "EXPLAIN without ANALYZE plans and runs nothing")
    if tree.query is None:
        return RiskVerdict(Risk.UNKNOWN, "EXPLAIN ANALYZE of nothing")
    inner = judge_tree(tree.query)
    if inner.risk is Risk.READ:
        return RiskVerdict(Risk.READ, "EXPLAIN ANALYZE runs a statement that only reads")
    return RiskVerdict(inner.risk, f"EXPLAIN ANALYZE runs the statement: {inner.reason}")


def _switched_on(option: ast.DefElem) -> bool:
    value = option.arg
    if value is None:
        return True
    text = getattr(value, "sval", None) or getattr(value, "boolval", None) or getattr(value, "ival", None)
    return str(text).lower() not in ("false", "off", "0", "none")


def _judge_copy(tree: ast.CopyStmt) -> RiskVerdict:
    if tree.is_program:
        return RiskVerdict(Risk.HIGH, "COPY ... PROGRAM runs a program on the database server")
    if tree.is_from:
        return RiskVerdict(Risk.CHANGE, "COPY FROM adds rows")
    if tree.filename is not None:
        return RiskVerdict(Risk.CHANGE, "COPY TO writes a file on the database server")
    return RiskVerdict(Risk.READ, "COPY TO STDOUT reads")


def _judge_with_meta(text: str) -> RiskVerdict:
    """Lines of psql's own commands among statements: the worst of all."""
    lines = text.split("\n")
    verdicts = [_judge_meta(line.strip()) for line in lines if _META.match(line)]
    rest = "\n".join(line for line in lines if not _META.match(line))
    if rest.strip():
        verdicts.append(judge_sql(rest))
    return max(verdicts, key=lambda verdict: verdict.risk.rank)


def _judge_meta(text: str) -> RiskVerdict:
    word = text.split()[0].lower().rstrip(";")
    if "`" in text or "\\\\" in text:
        return RiskVerdict(Risk.UNKNOWN, f"{word} is followed by something else that psql runs")
    if word.rstrip("+s").startswith("\\d") or word in _SHOWING_META:
        return RiskVerdict(Risk.READ, f"{word} shows what the catalogue says")
    return RiskVerdict(Risk.UNKNOWN, f"{word} is a psql command that is not in the table")


def nodes(tree: object) -> Iterator[ast.Node]:
    """Every node of a syntax tree; EXPLAIN's statement is left to the judge of EXPLAIN."""
    waiting: list[object] = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, tuple):
            waiting.extend(item)
        elif isinstance(item, ast.Node):
            yield item
            if not isinstance(item, ast.ExplainStmt):
                for name in _fields(type(item)):
                    inner = getattr(item, name)
                    # Most fields are empty or hold a number or a text.
                    if inner is not None and (inner.__class__ is tuple or isinstance(inner, ast.Node)):
                        waiting.append(inner)


def _fields(kind: type[ast.Node]) -> tuple[str, ...]:
    if kind not in _FIELDS:
        _FIELDS[kind] = _slots(kind)
    return _FIELDS[kind]


def _slots(kind: type[ast.Node]) -> tuple[str, ...]:
    names: object = getattr(kind, "__slots__", ())
    return tuple(str(name) for name in names) if isinstance(names, (tuple, list, dict)) else ()


def _texts(names: object) -> list[str]:
    return [str(name.sval) for name in names if isinstance(name, ast.String)] if isinstance(names, tuple) else []


def _words(name: str) -> str:
    return name.removesuffix("Stmt")
