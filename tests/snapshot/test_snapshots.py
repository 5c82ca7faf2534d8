"""Pictures of the screen on a FAKE range whose clock stands still."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from cockpit.model.errors import SourceUnreachable
from cockpit.model.incident import EnvironmentFacts, Role
from cockpit.ui.app import CockpitApp
from cockpit.ui.wall import WallWish
from tests.support.awaiting import until
from tests.support.fake_session import KV, Range, a_range

Snap = Callable[..., bool]
Before = Callable[[Pilot[Any]], Awaitable[None]]


def an_app(range_: Range, role: Role = Role.OPERATOR, wall: WallWish | None = None) -> CockpitApp:
    return CockpitApp(lambda: range_.session, range_.facts, role, wall=wall)


def ready(app: CockpitApp, range_: Range, *keys: str) -> Before:
    async def before(pilot: Pilot[Any]) -> None:
        await until(lambda: app.loaded and app.main.feed is not None)
        await until(lambda: all(r.state.value != "pending" for r in range_.session.board.readings.values()))
        assert app.main.feed is not None
        app.main.feed.tick()
        await pilot.press(*keys)
        app.main.feed.tick()
        await pilot.pause()

    return before


@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_first_picture(snap_compare: Snap, size: tuple[int, int]) -> None:
    range_ = a_range()
    app = an_app(range_)
    assert snap_compare(app, terminal_size=size, run_before=ready(app, range_))


def test_an_open_runbook(snap_compare: Snap) -> None:
    range_ = a_range()
    app = an_app(range_)
    assert snap_compare(app, terminal_size=(160, 48), run_before=ready(app, range_, "0", "enter", "enter"))


def test_a_confirmation_in_production(snap_compare: Snap) -> None:
    from datetime import timedelta

    range_ = a_range(facts=EnvironmentFacts("prod", "PROD", True, "", "shop"))
    assert range_.session.road is not None
    range_.session.road.policy.unlock("PROD", timedelta(minutes=10))
    app = an_app(range_)
    assert snap_compare(app, terminal_size=(120, 40), run_before=ready(app, range_, "2", "K"))


def test_an_observer(snap_compare: Snap) -> None:
    range_ = a_range(Role.OBSERVER)
    app = an_app(range_, Role.OBSERVER)
    assert snap_compare(app, terminal_size=(160, 48), run_before=ready(app, range_, "2"))


def test_a_source_that_is_lost(snap_compare: Snap) -> None:
    range_ = a_range(answers={KV: SourceUnreachable("kv does not answer at 10.0.0.2:6379", "is it running?")})
    app = an_app(range_)
    assert snap_compare(app, terminal_size=(160, 48), run_before=ready(app, range_, "3"))


def test_light_and_ascii(snap_compare: Snap) -> None:
    range_ = a_range(theme="light", ascii=True)
    app = an_app(range_)
    assert snap_compare(app, terminal_size=(120, 40), run_before=ready(app, range_, "2"))
