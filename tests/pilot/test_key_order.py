"""Keys that arrive together: each acts on what the ones before it have opened, closed or typed."""

from __future__ import annotations

import asyncio

import pytest
from textual.events import Key

from cockpit.engine.run import Run
from cockpit.model.runbook import Procedure, Runbook
from cockpit.ui.screens.palette import Palette
from cockpit.ui.screens.viewer import Viewer
from tests.pilot.support import Screen, a_screen


def at_once(screen: Screen, *keys: str) -> None:
    """Put keys into the program before it can act on the first of them."""
    for key in keys:
        screen.app.post_message(Key(key, key if len(key) == 1 else None))


def palette_text(screen: Screen) -> str:
    """What is typed into the palette, "" when it is not open."""
    palette = screen.app.screen
    return palette.field.value if isinstance(palette, Palette) else ""


@pytest.mark.anyio
async def test_keys_that_come_when_the_program_ends_do_not_make_it_fail() -> None:
    async with a_screen() as screen:
        at_once(screen, "q", *"jjj?:2")
        await screen.until(screen.ending)
    assert screen.app.failure is None


@pytest.mark.anyio
async def test_a_sheet_that_is_not_there_yet_gets_the_keys_behind_the_one_that_opens_it() -> None:
    async with a_screen() as screen:
        at_once(screen, ":", *"hosd", "backspace", "home", *"to", "delete")
        await screen.until(lambda: palette_text(screen) == "toos")


@pytest.mark.anyio
async def test_what_was_chosen_is_done_before_the_next_key() -> None:
    async with a_screen() as screen:
        at_once(screen, ":", *"go", "space", *"to", "space", *"activity", "enter", "/", *"report", "enter", "g", "?")
        await screen.until(lambda: isinstance(screen.app.screen, Viewer))
        assert screen.app.main.panes.activity.needle() == "report"


@pytest.mark.anyio
async def test_a_find_is_typed_over_what_was_sought_before_and_is_left_in_order() -> None:
    async with a_screen() as screen:
        at_once(screen, "2", "/", *"one", "enter", "/", *"two", "enter", "3", "/", *"key", "escape", "4")
        await screen.until(lambda: screen.active() == "services")
        assert screen.app.main.panes.activity.needle() == "two"
        assert screen.app.main.panes.locks.needle() == ""


@pytest.mark.anyio
async def test_sheets_that_open_and_close_let_no_key_pass_by() -> None:
    async with a_screen() as screen:
        at_once(screen, "2", *(("?", "escape", ":", "escape") * 5), "/", *"report", "enter", "v")
        await screen.until(lambda: screen.app.main.panes.activity.view.value != "all")
        assert screen.app.main.panes.activity.needle() == "report"


@pytest.mark.anyio
async def test_keys_behind_the_one_that_opens_a_runbook_wait_until_it_is_open() -> None:
    async with a_screen() as screen:
        at_once(screen, "0", "enter", "j", "j", "2", "/", *"report", "enter")
        await screen.until(lambda: screen.app.main.panes.activity.needle() == "report")
        found = screen.app.main.steps.current() if screen.app.main.steps else None
        assert found is not None
        walk, step = found
        assert step is walk.run.procedure.steps[2]


@pytest.mark.anyio
async def test_keys_behind_the_answer_that_opens_a_runbook_wait_until_it_is_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with a_screen() as screen:
        runner, go_on = screen.range.session.runner, asyncio.Event()
        start = runner.start

        async def held(runbook: Runbook, procedure: Procedure) -> Run:
            await go_on.wait()
            return await start(runbook, procedure)

        monkeypatch.setattr(runner, "start", held)
        await screen.press("3", "a")
        await screen.until_text("Which step shall take")
        at_once(screen, "enter", "2", "/", *"report", "enter")
        await screen.until(lambda: screen.app.main.turn.keeps == 9)
        go_on.set()
        await screen.until(lambda: screen.app.main.panes.activity.needle() == "report")
        assert screen.app.main.steps is not None
        assert screen.app.main.steps.current() is not None


@pytest.mark.anyio
async def test_keys_behind_an_escape_act_when_no_question_came() -> None:
    async with a_screen() as screen:
        go_on = asyncio.Event()

        async def nothing_to_ask() -> None:
            await go_on.wait()

        screen.app.main.turn.take("a step", nothing_to_ask)
        at_once(screen, "y", "enter", "escape", "2", "/", *"report", "enter")
        await screen.until(lambda: screen.app.main.turn.keeps == 12)
        go_on.set()
        await screen.until(lambda: screen.app.main.panes.activity.needle() == "report")
        assert screen.app.clipboard == "", "what was meant for the question acts nowhere else"
