"""Finding runbooks by what somebody on call types."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.engine.board import Board
from cockpit.engine.library import Library
from cockpit.engine.search import Field, Hit, Indexed, find, index_of
from cockpit.engine.suggest import rank
from cockpit.engine.telling import identifier_words
from cockpit.model.health import CheckResult, HealthSnapshot, Verdict
from cockpit.runbook.reader import read_runbook
from tests.support.clock import FixedClock
from tests.support.fake_session import START

RUNBOOKS = Path(__file__).parents[3] / "runbooks"
TEXT = """# Database

**Severity:** P1

## Pool exhausted

**Symptoms:**

- Alert `DatabaseConnectionExhaustion` fires.

**Diagnosis:**

1. Count them

   ```sql
   SELECT count(*) FROM pg_stat_activity
   ```

## Disk full

**Symptoms:**

- Writes fail.

**Diagnosis:**

1. Look

   ```sh
   df -h /var
   ```
"""


@pytest.fixture(scope="module")
def shipped() -> list[Indexed]:
    return [entry for book in Library.load([RUNBOOKS]).runbooks for entry in index_of(book)]


def hits(needle: str, text: str = TEXT) -> list[Hit]:
    return find(index_of(read_runbook(text, "/x/db-pool.md")), needle)


@pytest.mark.parametrize(
    ("needle", "title"),
    [
        ("webhooks", "Payment webhooks failing"),
        ("payment webh", "Payment webhooks failing"),
        ("cron stuck", "Cron stuck"),
        ("DatabaseConnectionExhaustion", "Database connection issues"),
        ("disk-full", "Disk full"),
        ("dbconn", "Database connection issues"),
    ],
)
def test_what_is_meant_comes_first(shipped: list[Indexed], needle: str, title: str) -> None:
    assert find(shipped, needle)[0].found.title == title


@pytest.mark.parametrize(
    ("needle", "field", "line"),
    [
        ("pool", Field.TITLE, "Pool exhausted"),
        ("connectionexh", Field.ALERT, "DatabaseConnectionExhaustion"),
        ("writes", Field.SYMPTOM, "Writes fail."),
        ("df -h", Field.COMMAND, "df -h /var"),
        ("pg_stat_act", Field.COMMAND, "SELECT count(*) FROM pg_stat_activity"),
        ("db-pool.md", Field.FILE, "db-pool.md"),
        ("pxh", Field.TITLE, "Pool exhausted"),
    ],
)
def test_a_hit_says_where_it_was_found(needle: str, field: Field, line: str) -> None:
    found = hits(needle)
    assert (found[0].field, found[0].line) == (field, line)


def test_every_word_must_fit_and_nothing_fits_nothing() -> None:
    assert [hit.found.title for hit in hits("pool count")] == ["Pool exhausted"]
    assert hits("pool unicorns") == []
    assert hits("") == hits("   ") == []


def test_an_index_page_is_found_too() -> None:
    text = "# Our runbooks\n\n| Runbook | Alert |\n|---|---|\n| [Pool](pool.md) | `PoolGone` |\n"
    found = hits("poolgone", text)
    assert [(hit.found.title, hit.found.procedure) for hit in found] == [("Our runbooks", None)]


@given(st.text(max_size=30))
def test_no_needle_breaks_the_search(needle: str) -> None:
    hits(needle)


def test_an_alert_that_names_what_fails_ranks_before_words_of_symptoms() -> None:
    text = "# X\n\n## A\n\n**Symptoms:**\n\n- The backup job is old.\n\n**Diagnosis:**\n\n1. `date`\n"
    text += "\n## B\n\n**Symptoms:**\n\n- `BackupStale`\n\n**Diagnosis:**\n\n1. `date`\n"
    board = Board()
    board.publish_health(HealthSnapshot((CheckResult("backup.stale", Verdict.CRIT, "3d", "the backup job is old"),)))
    ranked = rank(Library([read_runbook(text, "/x/x.md")]), board, FixedClock(START))
    assert (ranked[0].procedure.title, ranked[0].reason) == ("B", "alert BackupStale fits backup.stale")
    assert ranked[1].score > 0
    assert not ranked[0].matches


def test_identifiers_are_taken_apart() -> None:
    assert identifier_words("CronJobStale") == identifier_words("cron_job-stale") == {"cron", "job", "stale"}
    assert identifier_words("HTTPErrors") == {"http", "errors"}
