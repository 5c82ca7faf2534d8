"""The runbooks in the sidebar: searched, outlined, read as text, followed by links, and kept true to the disk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cockpit.adapters.pool import BlockingPool
from cockpit.engine.librarian import Librarian
from cockpit.engine.library import Library
from cockpit.model.health import CheckResult, HealthSnapshot, Verdict
from cockpit.model.incident import Role, StepState
from cockpit.ui.screens.contents import Contents
from cockpit.ui.screens.source import SourceScreen
from cockpit.ui.spans import plain
from cockpit.ui.walk import Walk
from tests.pilot.support import Screen, a_screen, rows_of
from tests.support.fake_session import a_range

pytestmark = pytest.mark.anyio

SHIPPED = Path(__file__).parents[2] / "runbooks"

GUIDE = """# Guide

## Cron stuck

Words that are in no step.

**Diagnosis:**

1. See [what else](other.md#second)

2. Follow the cause:
   - If the lock is stale, release it
   - If the worker is away, start it

**Verify:**

3. Check that [nothing](gone.md) is left

## Alpha

**Diagnosis:**

1. Look
"""
OTHER = "# Other\n\n## First\n\n**Diagnosis:**\n\n1. One\n\n## Second\n\n**Diagnosis:**\n\n1. Two\n2. Three\n"
INDEX = (
    "# Everything\n\n| Runbook | Alert | Severity |\n|---|---|---|\n"
    "| [The guide](guide.md) | `CronStale` | P1 |\n| [Lost](gone.md) | `Lost` | P2 |\n"
)


@asynccontextmanager
async def a_library(
    folder: Path, *more: Path, role: Role = Role.OPERATOR, size: tuple[int, int] = (160, 48)
) -> AsyncIterator[Screen]:
    """The screen on real files, which its librarian has read."""
    librarian = Librarian(Library(), [folder, *more], BlockingPool("test", 2))
    range_ = a_range(role, library=librarian.library, librarian=librarian)
    async with a_screen(role, size, range_) as screen:
        await screen.until(lambda: bool(screen.app.main.shelf and screen.app.main.shelf.suggestions))
        await screen.until(lambda: librarian.library.ahead == 0)
        assert await librarian.filled(10)
        if screen.app.main.shelf is not None:
            screen.app.main.shelf.bring_up()
        yield screen


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in (("guide", GUIDE), ("other", OTHER), ("README", INDEX)):
        (tmp_path / f"{name}.md").write_text(text)
    return tmp_path


def shelf_rows(screen: Screen) -> list[str]:
    return [row.strip() for row in rows_of(screen.app.main.sidebar.runbooks)]


def walk_of(screen: Screen) -> Walk | None:
    return screen.app.main.steps.walk if screen.app.main.steps else None


def title_of(screen: Screen) -> str:
    walk = walk_of(screen)
    return walk.run.procedure.title if walk else ""


async def opened(screen: Screen, needle: str, title: str) -> Walk:
    await screen.press("0", "slash", *needle.replace(" ", ""), "enter")
    await screen.until(lambda: title_of(screen) == title, f"{title} open")
    walk = walk_of(screen)
    assert walk is not None
    return walk


async def test_typing_narrows_the_list_and_says_where_it_was_found() -> None:
    async with a_library(SHIPPED) as screen:
        every = len(shelf_rows(screen))
        await screen.press("0", "slash", *"webhooks")
        await screen.until(lambda: "Payment webhooks failing" in shelf_rows(screen)[0])
        assert len(shelf_rows(screen)) < every
        assert any(row.startswith("symptom ") for row in shelf_rows(screen))
        assert "found" in screen.app.main.sidebar.runbooks_title.text
        await screen.press("escape")
        assert len(shelf_rows(screen)) == every
        await screen.press("slash", *"webhooks", "enter")
        await screen.until(lambda: title_of(screen) == "Payment webhooks failing")


async def test_the_palette_finds_a_procedure_by_its_commands(folder: Path) -> None:
    text = "# Deep\n\n## Deep\n\n**Diagnosis:**\n\n1. Look\n\n   ```sh\n   xfs_info /var\n   ```\n"
    (folder / "deep.md").write_text(text)
    async with a_library(folder) as screen:
        await screen.press("colon", *"xfs_info")
        await screen.until_text("open Deep")
        await screen.press("enter")
        await screen.until(lambda: title_of(screen) == "Deep")


async def test_the_cursor_comes_back_where_it_was_when_a_search_is_left(folder: Path) -> None:
    async with a_library(folder) as screen:
        await screen.press("0", "j", "j")
        row = screen.app.main.sidebar.runbooks.current
        assert row is not None
        await screen.press("slash", *"zzzz")
        assert "nothing fits" in screen.text
        await screen.press("escape")
        assert screen.app.main.sidebar.runbooks.current == row


async def test_the_source_opens_at_the_step_and_finds(folder: Path) -> None:
    async with a_library(folder) as screen:
        walk = await opened(screen, "cron", "Cron stuck")
        await screen.press("v")
        await screen.until(lambda: isinstance(screen.app.screen, SourceScreen))
        source = screen.app.screen
        assert isinstance(source, SourceScreen)
        await screen.until(lambda: source.body.current is not None and source.body.current.key == (9, 0))
        assert walk.run.procedure.steps[0].line == 9
        assert "Words that are in no step." in screen.text
        await screen.press("slash", *"look", "enter")
        assert source.body.current is not None
        assert "1. Look" in source.body.current.text
        await screen.press("g", "n")
        assert "1. Look" in source.body.current.text
        await screen.press("escape")
        assert isinstance(screen.app.screen, SourceScreen)
        await screen.press("escape")
        await screen.until(lambda: not isinstance(screen.app.screen, SourceScreen))


async def test_text_outside_the_steps_and_branches_stand_in_the_list(folder: Path) -> None:
    async with a_library(folder) as screen:
        walk = await opened(screen, "cron", "Cron stuck")
        rows = rows_of(screen.app.main.sidebar.steps)
        assert any("Words that are in no step." in row for row in rows)
        assert any("If the lock is stale" in row for row in rows)
        decision = next(step for step in walk.run.procedure.steps if step.branches)
        screen.app.main.sidebar.steps.move_to_key(decision.id)
        await screen.press("enter", "enter")
        await screen.until(lambda: walk.run.record(decision).state is StepState.DONE)
        rows = rows_of(screen.app.main.sidebar.steps)
        assert any("chosen" in row and "lock is stale" in row for row in rows)
        assert any("not applicable" in row and "worker is away" in row for row in rows)


async def test_the_outline_goes_to_a_step_of_another_procedure(folder: Path) -> None:
    async with a_library(folder) as screen:
        await opened(screen, "cron", "Cron stuck")
        await screen.press("O")
        await screen.until(lambda: isinstance(screen.app.screen, Contents))
        assert "Words that are in no step." in screen.text
        await screen.press("slash", *"alpha", "enter", "enter")
        await screen.until(lambda: title_of(screen) == "Alpha")


async def test_a_link_is_followed_and_the_way_back_is_kept(folder: Path) -> None:
    async with a_library(folder) as screen:
        first = await opened(screen, "cron", "Cron stuck")
        assert "l follows the link to other.md#second" in screen.app.main.card.body.text
        await screen.press("l")
        await screen.until(lambda: title_of(screen) == "Second")
        assert "Cron stuck → Second" in screen.app.main.sidebar.steps_title.text
        await screen.press("B")
        await screen.until(lambda: walk_of(screen) is first)
        row = screen.app.main.sidebar.steps.current
        assert row is not None
        assert row.key == first.run.procedure.steps[0].id
        await screen.press("B")
        await screen.until_text("there is nothing to go back to")


async def test_a_broken_link_is_shown_as_broken(folder: Path) -> None:
    async with a_library(folder) as screen:
        await opened(screen, "cron", "Cron stuck")
        await screen.press("G")
        await screen.until(lambda: "the link to gone.md is broken" in screen.app.main.card.body.text)
        await screen.press("l")
        await screen.until_text("the link is broken: gone.md does not exist")


async def test_an_index_page_is_a_list_of_links(folder: Path) -> None:
    async with a_library(folder) as screen:
        await screen.press("0", "slash", *"everything", "enter")
        await screen.until(lambda: isinstance(screen.app.screen, Contents))
        assert "CronStale" in screen.text
        assert "broken" in screen.text
        await screen.press("enter")
        await screen.until(lambda: title_of(screen) == "Cron stuck")


async def test_an_open_run_keeps_its_text_and_says_that_the_file_has_changed(folder: Path) -> None:
    async with a_library(folder) as screen:
        walk = await opened(screen, "cron", "Cron stuck")
        librarian = screen.range.session.librarian
        assert librarian is not None
        (folder / "guide.md").write_text(GUIDE.replace("Words that are in no step.", "Other words altogether."))
        librarian.poke()
        await screen.until(walk.changed)
        screen.app.main.update_walk()
        assert "the file has changed since this run began" in screen.app.main.card.body.text
        assert any("Words that are in no step." in row for row in rows_of(screen.app.main.sidebar.steps))
        await screen.press("d")
        await screen.until_text("+Other words altogether.")
        assert "-Words that are in no step." in screen.text
        await screen.press("escape")


async def test_the_list_keeps_its_row_when_files_come_and_go(folder: Path) -> None:
    async with a_library(folder, folder / "missing") as screen:
        await screen.press("0", "j")
        row = screen.app.main.sidebar.runbooks.current
        assert row is not None
        librarian = screen.range.session.librarian
        assert librarian is not None
        (folder / "aaa.md").write_text(OTHER.replace("First", "Aaa"))
        librarian.poke()
        await screen.until(lambda: "Aaa" in shelf_rows(screen))
        assert screen.app.main.sidebar.runbooks.current == row
        assert any("missing" in text and "does not exist" in text for text in shelf_rows(screen))


async def test_what_slides_under_the_cursor_is_not_opened(folder: Path) -> None:
    async with a_library(folder) as screen:
        main, board = screen.app.main, screen.range.session.board
        board.publish_health(HealthSnapshot())
        assert main.shelf is not None
        main.shelf.bring_up()
        await screen.press("0")
        seen = main.sidebar.runbooks.current
        assert seen is not None
        assert "Alpha" in plain(seen.cells[0])
        board.publish_health(HealthSnapshot((CheckResult("x.second", Verdict.CRIT, "1", "second"),)))
        main.shelf.bring_up()
        slid = main.sidebar.runbooks.current
        assert slid is not None
        assert "Second" in plain(slid.cells[0])
        await screen.press("enter")
        await screen.until(lambda: title_of(screen) == "Alpha")


async def test_an_observer_reads_but_does_not_edit(folder: Path) -> None:
    async with a_library(folder, role=Role.OBSERVER) as screen:
        await opened(screen, "cron", "Cron stuck")
        names = {binding.id for binding in screen.app.main.valid_bindings()}
        assert {"step.source", "step.outline", "step.link"} <= names
        assert not {"step.file", "runbook.file"} & names
        await screen.press("v")
        await screen.until(lambda: isinstance(screen.app.screen, SourceScreen))
        assert "E edit" not in screen.text


async def test_an_editor_that_is_not_set_says_what_to_set(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    async with a_library(folder) as screen:
        await opened(screen, "cron", "Cron stuck")
        await screen.press("E")
        await screen.until_text("no editor is set; set VISUAL or EDITOR")


async def test_every_shipped_runbook_opens_and_can_be_walked() -> None:
    async with a_library(SHIPPED) as screen:
        main = screen.app.main
        library = screen.range.session.library
        assert len(library.runbooks) >= 44
        assert library.errors == []
        for book in library.runbooks:
            for procedure in book.procedures:
                assert main.steps is not None
                await main.steps.open(book, procedure)
                await screen.pilot.pause()
                table = main.sidebar.steps
                keys = [row.key for row in table.state.rows if not row.heading]
                assert keys == [step.id for step in procedure.steps], book.path
                for key in keys:
                    table.move_to_key(key)
                    main.update_card()
                    assert main.card.body.text.strip(), key
        assert main.steps is not None
        main.steps.close()
