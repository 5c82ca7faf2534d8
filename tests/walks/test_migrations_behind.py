"""The incident `migrations-behind`, by keys only, in a real terminal, against the real range."""

from __future__ import annotations

import psycopg

from cockpit.model.incident import EntryKind
from cockpit.sandbox.info import RangeInfo
from tests.support.cockpit import screen_on
from tests.support.range import get, start_range, wait_for
from tests.support.walking import (
    broken_as_it_should_be,
    carry_out,
    entries,
    go_to,
    leave_in_peace,
    open_first_runbook,
    run_step,
)

EXPECTED, VERSIONS, MIGRATE, CURRENT, READY = 1, 2, 9, 11, 12


def test_the_suggested_runbook_ends_it() -> None:
    with start_range("migrations-behind") as info:
        assert applied(info) == ["0001_first", "0002_webhooks"]
        broken_as_it_should_be(info)

        with screen_on(info) as terminal:
            open_first_runbook(terminal, "Migrations not current")
            run_step(terminal, EXPECTED)
            assert "0003_outbox" not in run_step(terminal, VERSIONS)
            go_to(terminal, MIGRATE)
            assert "will restart the process migrate" in carry_out(terminal)
            for number in (CURRENT, READY):
                run_step(terminal, number)
            leave_in_peace(terminal, info)

        assert applied(info)[-1] == "0003_outbox"
        wait_for(lambda: get(f"{info.api}/api/checkout?order=1", "POST")[0] == 200, "orders can be paid")
        [intent] = entries(info.config, EntryKind.INTENT)
        assert intent.payload["target"] == "migrate"


def applied(info: RangeInfo) -> list[str]:
    """The migrations that the database has."""
    with psycopg.connect(info.postgres_admin) as line:
        rows = line.execute("SELECT version FROM schema_migrations ORDER BY version").fetchall()
    return [str(version) for (version,) in rows]
