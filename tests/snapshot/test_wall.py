"""A wall's screen in its sizes and states, on a FAKE range whose clock stands still."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from cockpit.model.incident import Incident, Role
from cockpit.model.jobs import JobRun, JobsSnapshot
from cockpit.model.readings import SourceKind
from cockpit.ui.app import CockpitApp
from cockpit.ui.wall import WallWish, bring_forward
from tests.snapshot.test_snapshots import Before, Snap, an_app, ready
from tests.support.fake_session import JOBS, KV, MAIN, SHOP, START, Range, a_range, an_activity, the_locks, the_services

SIZES = [(120, 40), (250, 70)]
sizes = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
INCIDENT = Incident("INC-7", "P1", "Checkout is failing", START - timedelta(seconds=872), commander="ada")


def watched() -> Range:
    return a_range(Role.OBSERVER)


def in_an_incident() -> Range:
    range_ = watched()
    range_.session.incident.current = INCIDENT
    return range_


def calm() -> Range:
    running = tuple(replace(one, state="running", exit_code=None, restarts=0) for one in the_services().services)
    return a_range(
        Role.OBSERVER,
        answers={
            MAIN: replace(an_activity(), backends=(), connections=3),
            JOBS: JobsSnapshot((JobRun("recalculate", START - timedelta(minutes=2)),)),
            KV: replace(the_locks(), locks=()),
            SHOP: replace(the_services(), services=running),
        },
    )


def read_before(range_: Range) -> Range:
    """All but the logs were read before the screen opens: columns never shrink, so what came first would show."""
    pollers = [poller for source, poller in range_.session.watch._pollers.items() if source.kind is not SourceKind.LOGS]

    async def read() -> None:
        await asyncio.gather(*(poller.once() for poller in pollers))

    asyncio.run(read())
    return range_


def forward(app: CockpitApp, range_: Range, *keys: str) -> Before:
    """Once all was read, what needs attention comes forward."""

    async def before(pilot: Pilot[Any]) -> None:
        await ready(app, range_, *keys)(pilot)
        range_.clock.advance(60.0)
        assert app.main.front is not None
        bring_forward(app.main, app.main.front)
        await pilot.pause()
        assert app.main.feed is not None
        app.main.feed.tick()
        await pilot.pause()

    return before


@sizes
@pytest.mark.parametrize("scene", [watched, in_an_incident, calm], ids=["critical", "incident", "calm"])
def test_the_wall(snap_compare: Snap, size: tuple[int, int], scene: Callable[[], Range]) -> None:
    range_ = read_before(scene())
    app = an_app(range_, Role.OBSERVER, WallWish())
    assert snap_compare(app, terminal_size=size, run_before=forward(app, range_))


@sizes
def test_the_wall_with_its_runbooks(snap_compare: Snap, size: tuple[int, int]) -> None:
    range_ = read_before(in_an_incident())
    app = an_app(range_, Role.OBSERVER, WallWish())
    assert snap_compare(app, terminal_size=size, run_before=forward(app, range_, "0"))


def test_the_wall_in_the_light_and_in_ascii(snap_compare: Snap) -> None:
    range_ = read_before(a_range(Role.OBSERVER, theme="light", ascii=True))
    app = an_app(range_, Role.OBSERVER, WallWish())
    assert snap_compare(app, terminal_size=(120, 40), run_before=forward(app, range_))
