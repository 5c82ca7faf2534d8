"""Going to another environment of the configuration."""

from __future__ import annotations

import pytest

from cockpit.engine.session import Session
from cockpit.engine.steps.live import Live
from cockpit.model.errors import ConfigError
from cockpit.model.incident import EnvironmentFacts, Role
from cockpit.ui.screens.choice import Choice
from cockpit.ui.screens.palette import Palette
from tests.pilot.support import Screen, a_screen
from tests.support.fake_session import Range, a_range

pytestmark = pytest.mark.anyio
NAMES = ("sandbox", "staging", "prod")


def staging(name: str) -> Session:
    """The other environment; prod cannot be opened."""
    if name != "staging":
        raise ConfigError("prod has no password", "export PGPASSWORD")
    facts = EnvironmentFacts("staging", "STAGING", False)
    return a_range(facts=facts, environments=NAMES).session


def here(role: Role = Role.OPERATOR, names: tuple[str, ...] = NAMES) -> Range:
    return a_range(role, environments=names)


async def say(screen: Screen, words: str) -> None:
    await screen.press(":")
    await screen.until(lambda: isinstance(screen.app.screen, Palette))
    await screen.press(*words, "enter")


@pytest.mark.parametrize("role", list(Role))
async def test_a_named_environment_is_opened_and_this_one_left(role: Role) -> None:
    async with a_screen(role, range_=here(role), elsewhere=staging) as screen:
        await say(screen, "env staging")
        await screen.until(screen.ending)
        assert screen.app.following is not None
        assert screen.app.following.environment.label == "STAGING"
        assert screen.app.parting == "you came from SANDBOX"


async def test_without_a_name_the_others_are_offered_and_an_open_run_is_said_to_be_parked() -> None:
    async with a_screen(range_=here(), elsewhere=staging) as screen:
        await screen.press("0", "enter")
        await screen.until(lambda: screen.app.main.walking)
        await screen.press("enter")
        assert screen.app.main.steps is not None
        walk = screen.app.main.steps.walk
        assert walk is not None
        await screen.until(lambda: not screen.app.main.steps._reading)  # type: ignore[union-attr]
        await screen.until(lambda: bool(walk.run.records))
        await say(screen, "env")
        await screen.until(lambda: isinstance(screen.app.screen, Choice))
        assert (
            "sandbox" not in screen.text.partition("Go to which environment?")[2].split("prod")[0].split("staging")[0]
        )
        await screen.press("1")
        await screen.until(screen.ending)
        assert screen.app.parting == "you came from SANDBOX; the run of “Cron stuck” is parked there, U takes it up"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("env nowhere", "the configuration has no environment 'nowhere'; it has sandbox, staging, prod"),
        ("env prod", "prod has no password; export PGPASSWORD"),
        ("env sandbox", "this is SANDBOX already"),
    ],
)
async def test_what_cannot_be_opened_is_said_and_this_one_stays(words: str, said: str) -> None:
    async with a_screen(range_=here(), elsewhere=staging) as screen:
        await say(screen, words)
        await screen.until(lambda: said.split(";")[0] in screen.app.main.notice.text)
        assert not screen.ending()
        assert screen.app.following is None


async def test_what_is_under_way_is_not_left_without_a_question() -> None:
    range_ = here()
    async with a_screen(range_=range_, elsewhere=staging) as screen:
        await screen.press("0", "enter")
        await screen.until(lambda: screen.app.main.walking)
        assert screen.app.main.steps is not None
        walk = screen.app.main.steps.walk
        assert walk is not None
        walk.run.live[walk.run.procedure.steps[0].id] = Live()
        await say(screen, "env staging")
        await screen.until(lambda: "A step is still under way here" in screen.text)
        await screen.press("1")
        await screen.until(lambda: not screen.app.main.turn.taken_by)
        assert not screen.ending()
        assert range_.session.road is not None
        range_.session.road._busy = True
        await say(screen, "env staging")
        await screen.until(lambda: "a change is being carried out" in screen.app.main.notice.text)
        range_.session.road._busy = False
        await say(screen, "env staging")
        await screen.until(lambda: "A step is still under way here" in screen.text)
        await screen.press("2")
        await screen.until(screen.ending)


async def test_where_there_is_no_other_it_is_not_offered() -> None:
    async with a_screen(range_=here(names=("sandbox",)), elsewhere=staging) as screen:
        assert screen.app.main.spoken is not None
        assert "say.env" not in [entry.id for entry in screen.app.main.spoken.entries()]


async def test_what_came_along_is_said_first() -> None:
    async with a_screen(range_=here(), elsewhere=staging, greeting="you came from PROD") as screen:
        assert "you came from PROD" in screen.app.main.notice.text
