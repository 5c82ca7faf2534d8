"""Payment webhooks, by keys only: failed events are put back in the queue, rolled back first and then committed."""

from __future__ import annotations

import time

import psycopg

from cockpit.model.incident import EntryKind
from cockpit.sandbox.info import RangeInfo
from tests.support.cockpit import screen_on
from tests.support.range import start_range
from tests.support.terminal import Terminal
from tests.support.walking import QUESTION, ask, card, dismiss, entries, keep

REQUEUE = 12


def test_failed_events_are_requeued_only_when_that_is_committed() -> None:
    with start_range("cron-stuck") as info:
        with screen_on(info) as terminal:
            terminal.wait("Cron stuck", 60.0)
            terminal.press("0", "/")
            terminal.press(*"webhooks failing")
            found_first(terminal, "Payment webhooks failing")
            terminal.press("enter")
            terminal.wait("─ Payment webhooks failing ─", 20.0)
            terminal.wait(r"Step 1 of \d+ ", 20.0)
            fail_some(info)
            terminal.press(*["j"] * (REQUEUE - 1))
            terminal.wait(rf"Step {REQUEUE} of ", 20.0)

            terminal.press("enter")
            answer_the_question(terminal)
            shown = card(terminal)
            assert "will update 3 rows of stripe_webhook_events" in shown
            assert "by a SELECT with the same WHERE" in shown
            keep(terminal, "n")
            terminal.wait("rolled back, nothing is kept", 30.0)
            dismiss(terminal)
            assert failed(info) == 3

            ask(terminal)
            terminal.wait(QUESTION, 30.0)
            keep(terminal, "y")
            terminal.wait("3 rows affected", 30.0)
            assert failed(info) == 0
            dismiss(terminal)
            terminal.wait("different 10 s after the change", 40.0)

        outcomes = [e.payload["outcome"] for e in entries(info.config, EntryKind.OUTCOME)]
        assert outcomes == ["refused", "succeeded"]


def found_first(terminal: Terminal, title: str) -> None:
    """Wait until the search lists that procedure first."""
    end = time.monotonic() + 20.0
    while title not in terminal.lines[2]:
        assert time.monotonic() < end, f"{title!r} is not found first:\n{terminal.text}"
        terminal.feed()


def answer_the_question(terminal: Terminal) -> None:
    """Say how many hours, when that is asked."""
    terminal.wait(rf"hours|{QUESTION}", 20.0)
    if not terminal.shows(QUESTION):
        terminal.press("enter")
    terminal.wait(QUESTION, 30.0)


def fail_some(info: RangeInfo) -> None:
    with psycopg.connect(info.postgres_admin) as line:
        line.execute("UPDATE stripe_webhook_events SET status = 'processed' WHERE status = 'failed'")
        line.execute(
            "UPDATE stripe_webhook_events SET status = 'failed', received_at = now() WHERE ctid IN "
            "(SELECT ctid FROM stripe_webhook_events WHERE status = 'processed' LIMIT 3)"
        )


def failed(info: RangeInfo) -> int:
    with psycopg.connect(info.postgres_admin) as line:
        row = line.execute("SELECT count(*) FROM stripe_webhook_events WHERE status = 'failed'").fetchone()
    return int(row[0]) if row else -1
