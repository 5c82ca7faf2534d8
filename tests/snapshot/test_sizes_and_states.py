"""Every size in every light and state: pictures on a FAKE range whose clock stands still."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from cockpit.model.errors import SourceUnreachable
from cockpit.model.incident import Role
from cockpit.model.jobs import JobsSnapshot
from cockpit.model.locks import LocksSnapshot
from cockpit.model.logs import LogBatch
from cockpit.model.readings import ReadingState
from cockpit.model.services import ServicesSnapshot
from cockpit.ui.app import CockpitApp
from tests.snapshot.test_snapshots import Before, Snap, an_app, ready
from tests.support.awaiting import until
from tests.support.fake_session import (
    API_LOG,
    HOST,
    JOBS,
    KV,
    MAIN,
    SHOP,
    WORKER_LOG,
    Range,
    a_range,
    an_activity,
    the_host,
)

SIZES = [(80, 24), (120, 40), (160, 50), (250, 70)]
GONE = SourceUnreachable("it does not answer at 10.0.0.2", "see whether it runs")

sizes = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")


def nothing_there() -> Range:
    """All sources answer, and have nothing to show."""
    return a_range(
        answers={
            MAIN: replace(an_activity(), backends=(), connections=0),
            JOBS: JobsSnapshot(()),
            KV: LocksSnapshot(()),
            SHOP: ServicesSnapshot(()),
            HOST: replace(the_host(), disks=(), top=()),
            API_LOG: LogBatch(()),
            WORKER_LOG: LogBatch(()),
        }
    )


def then_lost(app: CockpitApp, range_: Range) -> Before:
    """Everything was read once; then all but the health check stop answering."""

    async def before(pilot: Pilot[Any]) -> None:
        await ready(app, range_)(pilot)
        lost = (MAIN, KV, SHOP, HOST)
        for source in lost:
            range_.say(source, GONE)
        board = range_.session.board
        await until(lambda: all(board.reading(source).state is ReadingState.STALE for source in lost))
        assert app.main.feed is not None
        app.main.feed.tick()
        await pilot.pause()

    return before


@sizes
@pytest.mark.parametrize(
    "a_scene",
    [
        pytest.param(lambda: (a_range(), Role.OPERATOR), id="dark"),
        pytest.param(lambda: (a_range(theme="light"), Role.OPERATOR), id="light"),
        pytest.param(lambda: (a_range(Role.OBSERVER), Role.OBSERVER), id="observer"),
        pytest.param(
            lambda: (a_range(answers=dict.fromkeys((MAIN, KV, SHOP, HOST), GONE)), Role.OPERATOR), id="failed"
        ),
        pytest.param(lambda: (nothing_there(), Role.OPERATOR), id="empty"),
    ],
)
def test_the_screen(snap_compare: Snap, size: tuple[int, int], a_scene: Callable[[], tuple[Range, Role]]) -> None:
    range_, role = a_scene()
    app = an_app(range_, role)
    assert snap_compare(app, terminal_size=size, run_before=ready(app, range_))


@sizes
def test_without_colours(snap_compare: Snap, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    range_ = a_range()
    app = an_app(range_)
    assert snap_compare(app, terminal_size=size, run_before=ready(app, range_))


@sizes
def test_sources_that_were_lost(snap_compare: Snap, size: tuple[int, int]) -> None:
    range_ = a_range()
    app = an_app(range_)
    assert snap_compare(app, terminal_size=size, run_before=then_lost(app, range_))
