"""A table that is filtered: rows with their notes, headings with their rows."""

from __future__ import annotations

from cockpit.ui.spans import line
from cockpit.ui.widgets.table_filter import matching
from cockpit.ui.widgets.table_state import Row

ROWS = (
    Row("web", (line("WEB"),), heading=True),
    Row(1, (line("api.healthz"),)),
    Row("why", (line("no answer within 3 s"),), heading=True, below=True),
    Row("store", (line("STORE"),), heading=True),
    Row("fast", (line("fast disks"),), heading=True),
    Row(2, (line("db.size"),)),
    Row(3, (line("db.age"),)),
)


def keys(text: str) -> list[object]:
    return [row.key for row in matching(ROWS, text)]


def test_a_row_brings_its_note_and_its_heading() -> None:
    assert keys("HEALTHZ") == ["web", 1, "why"]


def test_a_row_is_found_by_its_note() -> None:
    assert keys("no answer") == ["web", 1, "why"]


def test_headings_one_under_the_other_stay_together_and_those_of_others_go() -> None:
    assert keys("age") == ["store", "fast", 3]


def test_a_heading_alone_is_no_match_and_nothing_found_is_an_empty_table() -> None:
    assert keys("store") == []
    assert keys("kv") == []


def test_without_a_text_everything_is_there() -> None:
    assert matching(ROWS, "") == ROWS
