"""The incident `backup-stale`, by keys only, in a real terminal, against the real range."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psycopg

from cockpit.model.incident import EntryKind
from cockpit.sandbox.info import RangeInfo
from cockpit.sandbox.postgres_server import find_install
from tests.support.cockpit import screen_on
from tests.support.range import start_range
from tests.support.walking import (
    broken_as_it_should_be,
    carry_out,
    entries,
    go_to,
    leave_in_peace,
    open_first_runbook,
    run_step,
)

AGE, SIZES, RESTART, FRESH = 1, 2, 8, 11


def test_the_suggested_runbook_ends_it() -> None:
    with start_range("backup-stale") as info:
        assert archives(info) == []
        assert hours_since(info) > 26
        broken_as_it_should_be(info)

        with screen_on(info) as terminal:
            open_first_runbook(terminal, "Backup stale")
            for number in (AGE, SIZES):
                run_step(terminal, number)
            go_to(terminal, RESTART)
            assert "will restart the process backup" in carry_out(terminal)
            run_step(terminal, FRESH)
            leave_in_peace(terminal, info)

        assert hours_since(info) < 1
        [archive] = archives(info)
        assert "TABLE DATA public orders" in listed(archive)
        [intent] = entries(info.config, EntryKind.INTENT)
        assert intent.payload["target"] == "backup"


def archives(info: RangeInfo) -> list[Path]:
    """The archives that there are."""
    return sorted((Path(info.config).parent / "backups").glob("*.dump"))


def listed(archive: Path) -> str:
    """What pg_restore finds in an archive."""
    program = find_install() / "bin" / "pg_restore"
    return subprocess.run([program, "--list", archive], capture_output=True, text=True, check=True).stdout


def hours_since(info: RangeInfo) -> float:
    """Hours since the last good backup."""
    with psycopg.connect(info.postgres_admin) as line:
        row = line.execute(
            "SELECT extract(epoch FROM now() - max(taken_at))::float8 / 3600 FROM backups WHERE status = 'done'"
        ).fetchone()
    assert row is not None
    return float(row[0])
