"""The incident `flag-gone-bad`, by keys only, in a real terminal, against the real range."""

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
    insist,
    leave_in_peace,
    open_first_runbook,
    run_step,
)

FLAGS, CHANGES, OFF, COPIES, IS_OFF = 1, 2, 3, 4, 6
FLAG = "LOYALTY_DISCOUNT"


def test_the_suggested_runbook_ends_it() -> None:
    with start_range("flag-gone-bad") as info:
        assert get(f"{info.api}/api/checkout?order=1", "POST")[0] == 503
        broken_as_it_should_be(info)

        with screen_on(info) as terminal:
            open_first_runbook(terminal, "Feature flag emergency")
            run_step(terminal, FLAGS)
            changed = run_step(terminal, CHANGES)
            assert FLAG in changed
            assert "campaign-calendar" in changed
            go_to(terminal, OFF)
            insist(terminal, "enter", lambda: not terminal.shows("─ Which flag"))
            terminal.press(*FLAG)
            assert FLAG in carry_out(terminal)
            for number in (COPIES, IS_OFF):
                run_step(terminal, number)
            leave_in_peace(terminal, info)

        assert not is_on(info)
        wait_for(lambda: get(f"{info.api}/api/checkout?order=1", "POST")[0] == 200, "orders can be paid")
        assert len(entries(info.config, EntryKind.INTENT)) == 1


def is_on(info: RangeInfo) -> bool:
    """Whether the database has the flag on."""
    with psycopg.connect(info.postgres_admin) as line:
        return line.execute("SELECT enabled FROM feature_flags WHERE name = %s", (FLAG,)).fetchone() == (True,)
