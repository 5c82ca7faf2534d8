from __future__ import annotations

from pathlib import Path

import pglast
import pytest

from cockpit.adapters import own_sql
from cockpit.adapters.own_sql import statement

FILES = sorted(path.stem for path in (Path(own_sql.__file__).parent / "sql").glob("*.sql"))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("major", [10, 13, 14, 16, 17, 18, None])
def test_every_version_gets_one_statement_without_marks(name: str, major: int | None) -> None:
    text = statement(name, None if major is None else major * 10_000 + 4)
    assert len(pglast.parse_sql(text.replace("{view}", "seen"))) == 1
    assert not any(mark in text for mark in (" -- from ", " -- before "))


@pytest.mark.parametrize(
    ("name", "version", "there", "gone"),
    [
        ("activity", 120_022, "NULL::int AS leader_pid", "       leader_pid,"),
        ("activity", 130_000, "       leader_pid,", "NULL::int AS leader_pid"),
        ("activity", 139_999, "NULL::bigint AS query_id", "       query_id\n"),
        ("activity", 140_000, "       query_id\n", "NULL::bigint AS query_id"),
        ("locks", 130_004, "NULL::float8 AS waited", "waitstart"),
        ("locks", 140_000, "waitstart", "NULL::float8 AS waited"),
        ("figures_progress", 130_004, "pg_stat_progress_basebackup", "pg_stat_progress_copy"),
        ("figures_progress", 160_004, "pg_stat_progress_copy", "indexes_processed"),
        ("figures_progress", 170_000, "indexes_processed", "-- from"),
    ],
)
def test_a_version_gets_its_own_lines(name: str, version: int, there: str, gone: str) -> None:
    text = statement(name, version)
    assert there in text
    assert gone not in text


def test_without_a_version_it_is_the_newest() -> None:
    assert statement("activity") == statement("activity", 990_000)
