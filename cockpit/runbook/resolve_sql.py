"""A written statement and its values as one statement with bound parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pglast
from pglast import ast
from pglast.stream import RawStream

from cockpit.model.errors import RunbookError
from cockpit.model.operations import SignalMatchingBackends, SqlStatement
from cockpit.model.runbook import Command
from cockpit.runbook import sql_text
from cockpit.runbook.fill import places_in
from cockpit.runbook.placeholders import Placeholder

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,62}")
_TYPED = re.compile(r"\b(interval|timestamp|timestamptz|date|time|inet|uuid|numeric|jsonb?)\s*$", re.IGNORECASE)
_SIGNALS = {"pg_terminate_backend": True, "pg_cancel_backend": False}
_SIGNAL_TABLES = frozenset({"pg_stat_activity"})


class _Builder:
    """Builds the statement's text with $1, $2 ... and remembers what each stands for."""

    def __init__(self, text: str, places: tuple[Placeholder, ...], values: Mapping[str, str]) -> None:
        self._text = text
        self._places = places
        self._values = values
        self.names: list[str] = []
        self.bound: dict[str, str] = {}

    def build(self) -> str:
        parts: list[str] = []
        at = 0
        for start, end, kind in self._stretches():
            parts += [self._text[at:start], self._piece(start, end, kind, "".join(parts))]
            if kind == "typed literal":
                parts[-2] = _TYPED.sub("", parts[-2])
            at = end
        return "".join([*parts, self._text[at:]])

    def _stretches(self) -> list[tuple[int, int, str]]:
        """The stretches that change: whole literals that hold placeholders, and placeholders elsewhere."""
        found: list[tuple[int, int, str]] = []
        pieces = [piece for piece in sql_text.pieces(self._text) if piece.kind != "end"]
        for place in self._places:
            around = next((p for p in pieces if p.start <= place.start and place.end <= p.end), None)
            kind = around.kind if around is not None else "code"
            if place.style in ("literal", "identifier", "bare") or around is None or kind == "code":
                found.append((place.start, place.end, "placeholder"))
            elif kind == "comment":
                continue
            elif kind == "literal":
                typed = _TYPED.search(self._text[: around.start]) is not None
                stretch = (around.start, around.end, "typed literal" if typed else "literal")
                if stretch not in found:
                    found.append(stretch)
            elif kind == "identifier":
                raise RunbookError(f"the value {place.name} stands inside a quoted name", 'write :"name" for a name')
            else:
                raise RunbookError(f"the value {place.name} stands inside a quoted program", "write it out in the file")
        return found

    def _piece(self, start: int, end: int, kind: str, _before: str) -> str:
        if kind == "placeholder":
            place = next(place for place in self._places if place.start == start)
            if place.style == "identifier":
                return _identifier(place.name, self._values[place.name])
            return self._parameter(place.name, self._values[place.name])
        inner = self._text[start + 1 : end - 1]
        filled = inner
        for place in reversed([place for place in self._places if start < place.start < end]):
            offset = start + 1
            filled = filled[: place.start - offset] + "\x00" + place.name + "\x00" + filled[place.end - offset :]
        value = re.sub("\x00([^\x00]*)\x00", lambda found: self._values[found[1]], filled.replace("''", "'"))
        single = next((p for p in self._places if p.start == start + 1 and p.end == end - 1), None)
        parameter = self._parameter(single.name if single else f"text_{len(self.names) + 1}", value)
        if kind == "typed literal":
            found = _TYPED.search(self._text[:start])
            return f"CAST({parameter} AS {found[1] if found else 'text'})"
        return parameter

    def _parameter(self, name: str, value: str) -> str:
        name = re.sub(r"\W", "_", name) or "value"
        while name in self.bound and self.bound[name] != value:
            name = f"{name}_"
        self.bound[name] = value
        if name not in self.names:
            self.names.append(name)
        return f"${self.names.index(name) + 1}"

    def named(self, text: str) -> str:
        """The text with %(name)s for $1 and every literal % doubled."""
        doubled = text.replace("%", "%%")
        parts: list[str] = []
        for piece in sql_text.pieces(doubled):
            part = doubled[piece.start : piece.end]
            parts.append(re.sub(r"\$(\d+)", self._name, part) if piece.kind == "code" else part)
        return "".join(parts)

    def _name(self, found: re.Match[str]) -> str:
        index = int(found[1]) - 1
        return f"%({self.names[index]})s" if 0 <= index < len(self.names) else found[0]


def _identifier(name: str, value: str) -> str:
    if _IDENTIFIER.fullmatch(value) is None:
        raise RunbookError(f"the value of {name} is no plain name of a table or column", "use letters, digits and _")
    return f'"{value}"'


def resolve_sql(command: Command, values: Mapping[str, str]) -> SqlStatement | SignalMatchingBackends:
    """The statement that a command stands for, or the sessions that it would signal.

    Args:
        command: of kind sql, one statement.
        values: for its placeholders; each becomes a bound parameter, never text of the statement.

    Raises:
        RunbookError: when a value is missing, stands where SQL allows none, or the text is not one statement.
    """
    places = places_in(command)
    missing = list(dict.fromkeys(place.name for place in places if place.name not in values))
    if missing:
        raise RunbookError(f"the command still waits for {', '.join(missing)}", "give each a value first")
    if any("\x00" in values[place.name] for place in places):
        raise RunbookError("a value holds the character NUL, which PostgreSQL cannot take", "remove it")
    if command.text.lstrip().startswith("\\"):
        raise RunbookError(f"{command.text.split()[0]} is a command of psql, not SQL", "run it in psql")
    builder = _Builder(command.text, places, values)
    text = builder.build().strip()
    if re.search(r"\$\d", command.text):
        raise RunbookError("the statement has parameters such as $1 of its own", "write :'name' for a value")
    tree = _one_statement(text)
    signal = _signal(tree, builder)
    if signal is not None:
        return signal
    return SqlStatement(builder.named(text.rstrip(";").rstrip()), tuple(builder.bound.items()))


def _one_statement(text: str) -> ast.Node:
    try:
        trees = pglast.parse_sql(text)
    except pglast.parser.ParseError as error:
        raise RunbookError(
            f"PostgreSQL's parser does not accept the statement: {error.args[0]}",
            'a value can stand only where SQL allows one; write :"name" for a table or column',
        ) from error
    if len(trees) != 1:
        raise RunbookError(f"the text holds {len(trees)} statements", "write each as a command of its own")
    tree = trees[0].stmt
    assert tree is not None  # one statement was found
    return tree


def _signal(tree: ast.Node, builder: _Builder) -> SignalMatchingBackends | None:
    """SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ..., and the same for one given pid."""
    if not isinstance(tree, ast.SelectStmt) or _has_more(tree):
        return None
    targets = tree.targetList or ()
    call = targets[0].val if len(targets) == 1 else None
    arguments = (call.args or ()) if isinstance(call, ast.FuncCall) else ()
    if not isinstance(call, ast.FuncCall) or len(arguments) != 1:
        return None
    name = str((call.funcname or (ast.String(sval=""),))[-1].sval)
    if name not in _SIGNALS:
        return None
    if tree.fromClause is None:
        if isinstance(arguments[0], ast.ColumnRef):
            raise RunbookError(
                f"{name} names no session", "write the pid as :'pid', or add FROM pg_stat_activity WHERE ..."
            )
        return _matching(name, builder, f"pid = {RawStream()(arguments[0])}") if tree.whereClause is None else None
    if not _is_activity(tree.fromClause, arguments[0]):
        return None
    where = RawStream()(tree.whereClause) if tree.whereClause is not None else ""
    return _matching(name, builder, where)


def _has_more(tree: ast.SelectStmt) -> bool:
    extras = (
        tree.withClause, tree.groupClause, tree.havingClause, tree.limitCount, tree.limitOffset, tree.lockingClause,
        tree.intoClause, tree.distinctClause, tree.larg, tree.valuesLists,
    )  # fmt: skip
    return any(extra is not None and extra != () for extra in extras)


def _is_activity(tables: tuple[ast.Node, ...], argument: ast.Node) -> bool:
    table = tables[0]
    if len(tables) != 1 or not isinstance(table, ast.RangeVar) or table.relname not in _SIGNAL_TABLES:
        return False
    if table.alias is not None or not isinstance(argument, ast.ColumnRef):
        return False
    last = (argument.fields or (None,))[-1]
    return isinstance(last, ast.String) and last.sval == "pid"


def _matching(name: str, builder: _Builder, where: str) -> SignalMatchingBackends:
    used = [item for item in builder.names if f"%({item})s" in builder.named(where)]
    return SignalMatchingBackends(
        _SIGNALS[name], builder.named(where), tuple((item, builder.bound[item]) for item in used)
    )
