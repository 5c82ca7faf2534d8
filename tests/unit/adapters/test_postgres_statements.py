"""Statements with bound values: no value can change what a statement is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pglast import ast
from pglast.stream import RawStream
from psycopg.types.numeric import Int4

from cockpit.adapters.postgres_kinds import copies, has_plan, own_session_only, relations, runs_alone, words
from cockpit.adapters.postgres_statements import bind, is_query, is_show, parse_one, written
from cockpit.model.errors import SourceRefused

TEMPLATES = (
    "SELECT * FROM orders WHERE id = %(a)s AND status = %(b)s",
    "UPDATE orders SET status = %(b)s WHERE id = %(a)s RETURNING id, %(a)s::text",
    "DELETE FROM orders WHERE note LIKE '%%' || %(b)s AND id = ANY (%(a)s::int[])",
    "INSERT INTO orders VALUES (%(a)s, %(b)s)",
)
NASTY = ("'; DROP TABLE orders; --", "%(b)s", "$1", "%%", "1 OR true", "\\", '"', "/*", "$$", "\n;", "NULL")
values = st.sampled_from(NASTY) | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))


@given(st.sampled_from(TEMPLATES), values, values)
def test_no_value_changes_what_a_statement_is(template: str, first: str, second: str) -> None:
    harmless = bind(template, (("a", "1"), ("b", "x")))
    bound = bind(template, (("a", first), ("b", second)))
    assert bound.text == harmless.text
    assert RawStream()(bound.tree) == RawStream()(harmless.tree)
    assert set(bound.values) == {first, second}
    assert bound.arguments == list(bound.values)


def test_a_name_is_numbered_once_and_in_order() -> None:
    bound = bind("SELECT %(b)s, %(a)s, %(b)s", (("a", "1"), ("b", "2"), ("unused", "3")))
    assert (bound.text, bound.values) == ("SELECT $1, $2, $1", ("2", "1"))


def test_a_doubled_per_cent_sign_is_one() -> None:
    assert bind("SELECT 5 %% 3, 'a%%'", ()).text == "SELECT 5 % 3, 'a%'"


def test_a_statement_without_values_still_travels_by_the_protocol_of_one_statement() -> None:
    [only] = bind("SELECT 1", ()).arguments
    assert isinstance(only, Int4)


@pytest.mark.parametrize("text", ["SELECT %(x)s", "SELECT %s", "SELECT 5 % 3", "SELECT '%", "SELECT %(a)d"])
def test_a_mark_without_a_value_is_refused(text: str) -> None:
    with pytest.raises(SourceRefused, match="mark without a value"):
        bind(text, (("a", "1"),))


def test_nul_is_refused_in_texts_and_values() -> None:
    with pytest.raises(SourceRefused, match="NUL"):
        bind("SELECT %(a)s", (("a", "x\x00y"),))
    with pytest.raises(SourceRefused, match="NUL"):
        bind("SELECT 1\x00; DROP TABLE x", ())


@pytest.mark.parametrize("text", ["", "--", ";", "SELECT 1; SELECT 2", "SELEC 1", "SELECT (" * 50])
def test_only_exactly_one_statement_is_taken(text: str) -> None:
    with pytest.raises(SourceRefused):
        parse_one(text)


@given(st.text(max_size=200))
def test_no_text_makes_the_reading_crash(text: str) -> None:
    try:
        bind(text, ())
    except SourceRefused:
        return


@pytest.mark.parametrize(
    ("text", "walks", "shows"),
    [
        ("SELECT 1", True, False),
        ("VALUES (1)", True, False),
        ("TABLE x", True, False),
        ("WITH a AS (SELECT 1) SELECT * FROM a", True, False),
        ("SELECT 1 UNION SELECT 2", True, False),
        ("WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a", False, False),
        ("SELECT * INTO copy FROM t", False, False),
        ("SHOW work_mem", False, True),
        ("EXPLAIN SELECT 1", False, True),
        ("DELETE FROM t", False, False),
        ("COPY t TO STDOUT", False, False),
    ],
)
def test_what_gives_rows_is_known(text: str, walks: bool, shows: bool) -> None:
    tree = parse_one(text)
    assert (is_query(tree), is_show(tree)) == (walks, shows)


def test_a_part_is_written_with_only_the_values_it_needs() -> None:
    tree = parse_one("UPDATE t SET a = $1, b = $2 WHERE c = $3 AND d = $1")
    assert isinstance(tree, ast.UpdateStmt)
    assert tree.whereClause is not None
    text, arguments = written(tree.whereClause, ("one", "two", "three"))
    found = re.fullmatch(r"c = \$(\d) AND d = \$(\d)", text)
    assert found is not None
    assert [arguments[int(number) - 1] for number in found.groups()] == ["three", "one"]
    assert len(arguments) == 2


def test_a_part_without_values_gets_one_that_nothing_refers_to() -> None:
    _, arguments = written(parse_one("SELECT 1"), ("x",))
    assert [type(argument) for argument in arguments] == [Int4]


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        ("VACUUM t", True),
        ("ANALYZE t", False),
        ("CREATE INDEX i ON t (a)", False),
        ("CREATE INDEX CONCURRENTLY i ON t (a)", True),
        ("DROP INDEX CONCURRENTLY i", True),
        ("DROP INDEX i", False),
        ("REINDEX INDEX i", True),
        ("ALTER TABLE t DETACH PARTITION p CONCURRENTLY", True),
        ("ALTER TABLE t DETACH PARTITION p", False),
        ("CREATE DATABASE d", True),
        ("ALTER SYSTEM SET work_mem = '1MB'", True),
        ("CALL p()", True),
        ("TRUNCATE t", False),
    ],
)
def test_what_runs_outside_a_transaction_is_known(text: str, alone: bool) -> None:
    assert bool(runs_alone(parse_one(text))) is alone


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("CREATE INDEX i ON t (a)", "CREATE INDEX"),
        ("DROP MATERIALIZED VIEW v", "DROP MATVIEW"),
        ("DROP TABLE t", "DROP TABLE"),
        ("ALTER TABLE t ADD a int", "ALTER TABLE"),
        ("REFRESH MATERIALIZED VIEW v", "REFRESH MAT VIEW"),
    ],
)
def test_statements_have_names(text: str, said: str) -> None:
    assert words(parse_one(text)) == said


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("TRUNCATE a, b.c", ("a", "b.c")),
        ('DROP TABLE "Odd", a."x""y"', ('"Odd"', 'a."x""y"')),
        ("ALTER TABLE public.t ADD a int", ("public.t",)),
        ("DROP FUNCTION f(int)", ()),
        ("VACUUM", ()),
    ],
)
def test_tables_are_named_as_the_server_can_find_them(text: str, names: tuple[str, ...]) -> None:
    assert relations(parse_one(text)) == names


def test_what_concerns_only_our_own_session_is_known() -> None:
    assert own_session_only(parse_one("SET a = 1")) == "SET and RESET"
    assert own_session_only(parse_one("DELETE FROM t")) == ""
    assert copies(parse_one("COPY t FROM STDIN"))
    assert not copies(parse_one("SELECT 1"))
    assert has_plan(parse_one("DELETE FROM t"))
    assert not has_plan(parse_one("VACUUM"))
