"""An observer sees everything masked and has no key that writes."""

from __future__ import annotations

import pytest

from cockpit.model.incident import Role
from cockpit.ui.bindings import REGISTRY
from cockpit.ui.screens.palette import Palette
from tests.pilot.support import a_screen, rows_of

pytestmark = pytest.mark.anyio

WRITING = [binding for binding in REGISTRY if binding.operator]


async def test_the_badge_is_always_there() -> None:
    for size in ((160, 48), (80, 24), (60, 15)):
        async with a_screen(Role.OBSERVER, size=size) as screen:
            assert "OBSERVER" in screen.text
            assert "SANDBOX" in screen.text


async def test_no_key_that_writes_is_bound_shown_or_offered() -> None:
    async with a_screen(Role.OBSERVER) as screen:
        main = screen.app.main
        assert not {b.id for b in main.keymap.bindings} & {b.id for b in WRITING}
        for number in "1234567":
            await screen.press(number)
            hints = main.footer.text
            for binding in WRITING:
                assert not binding.hint or f" {binding.keys[0]} {binding.hint} " not in hints
        await screen.press("3", "colon")
        assert isinstance(screen.app.screen, Palette)
        offered = {entry.id for entry in screen.app.screen._entries}
        assert not offered & {b.id for b in WRITING}
        assert not offered & {"say.note", "say.incident", "say.unlock", "say.resolve"}


@pytest.mark.parametrize("binding", WRITING, ids=lambda b: b.id)
async def test_pressing_or_invoking_a_writing_key_does_nothing(binding) -> None:  # type: ignore[no-untyped-def]
    async with a_screen(Role.OBSERVER) as screen:
        main = screen.app.main
        for number in "1234567":
            await screen.press(number, *binding.keys)
        main.invoke(binding.id)
        await screen.pilot.pause()
        assert screen.app.screen is main
        assert not main.turn.taken_by
        assert all(not executor.executed for executor in screen.range.executors.values())


async def test_personal_data_and_literals_are_masked() -> None:
    async with a_screen(Role.OBSERVER) as screen:
        await screen.press("2", "z")
        queries = "\n".join(rows_of(screen.app.main.panes.activity.table))
        assert "ada@example.com" not in queries
        assert "•••" in queries
        await screen.press("enter")
        assert "ada@example.com" not in screen.text
        await screen.press("escape", "y")
        assert "ada@example.com" not in screen.app.clipboard


async def test_an_observer_reads_but_ticks_nothing() -> None:
    async with a_screen(Role.OBSERVER) as screen:
        await screen.press("0", "enter")
        await screen.until(lambda: screen.app.main.walking)
        await screen.press("enter")
        await screen.until(lambda: "✓ done" in screen.app.main.card.body.text)
        screen.range.clock.advance(1.0)
        await screen.press("j", "j", "enter")
        assert "an observer ticks nothing" in screen.app.main.notice.text
        await screen.press("j")
        assert "an operator can run this" in screen.app.main.card.body.text
