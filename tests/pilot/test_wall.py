"""A wall's screen arranges itself, and its keys show and hide the runbooks and nothing else."""

from __future__ import annotations

import pytest

from cockpit.model.errors import SourceUnreachable
from cockpit.model.incident import Role
from cockpit.model.readings import ReadingState
from cockpit.ui.bindings import REGISTRY
from cockpit.ui.deck import HEALTH, LOCKS, SERVICES
from cockpit.ui.wall import KEYS, WallWish, bring_forward
from tests.pilot.support import Screen, a_screen, rows_of
from tests.support.awaiting import until
from tests.support.fake_session import SHOP

pytestmark = pytest.mark.anyio
WALL = {"role": Role.OBSERVER, "size": (120, 40), "wall": WallWish()}


def regions(screen: Screen) -> dict[str, tuple[int, int, int, int]]:
    return {name: tuple(screen.app.main.panes.named(name).region) for name in screen.app.main.deck.visible_names}  # type: ignore[misc]


async def come_forward(screen: Screen) -> None:
    """Let what needs attention come forward now, whatever came forward lately."""
    main = screen.app.main
    assert main.front is not None
    screen.range.clock.advance(60.0)
    bring_forward(main, main.front)
    await screen.pilot.pause()


async def test_what_needs_attention_stands_in_front_and_large() -> None:
    async with a_screen(**WALL) as screen:  # type: ignore[arg-type]
        main = screen.app.main
        await come_forward(screen)
        first = main.deck.front[0]
        sizes = {name: width * height for name, (_, _, width, height) in regions(screen).items()}
        assert sizes[first] == max(sizes.values())
        assert HEALTH in sizes
        assert first == LOCKS, "its lock is stale"
        screen.range.say(SHOP, SourceUnreachable("it does not answer"))
        board = screen.range.session.board
        await until(lambda: board.reading(SHOP).state is ReadingState.STALE)
        await come_forward(screen)
        assert main.deck.front[0] == LOCKS
        assert SERVICES in main.deck.front[:2]


async def test_no_key_moves_anything_but_the_runbooks() -> None:
    async with a_screen(**WALL) as screen:  # type: ignore[arg-type]
        await come_forward(screen)
        main, before = screen.app.main, regions(screen)
        others = [key for b in REGISTRY if b.id not in KEYS for key in b.keys]
        shown = {key for b in REGISTRY if b.id in KEYS for key in b.keys}
        await screen.press(*(key for key in dict.fromkeys(others) if key not in shown))
        assert screen.app.screen is main
        assert regions(screen) == before
        assert main.focused is None
        assert not main.sidebar.region.width
        await screen.press("0")
        await screen.until(lambda: main.sidebar.region.width == 40)
        assert "Cron stuck" in screen.text
        assert set(regions(screen)) >= {HEALTH, main.deck.front[0]}
        await screen.press("0")
        await screen.until(lambda: regions(screen) == before)
        assert main.focused is None


async def test_a_wall_is_masked_has_its_badge_and_no_footer() -> None:
    for size in ((60, 15), (80, 24), (120, 40), (250, 70)):
        async with a_screen(Role.OBSERVER, size, wall=WallWish()) as screen:
            assert "OBSERVER" in screen.text
            assert "SANDBOX" in screen.text
            assert "q quit" not in screen.text
            main = screen.app.main
            main.panes.activity.refill(main.now())
            queries = "\n".join(rows_of(main.panes.activity.table))
            assert "ada@example.com" not in queries + screen.text
            await screen.press("question_mark")
            assert screen.app.screen is not main
            await screen.press("escape", "q")
            assert screen.ending()


async def test_the_head_says_from_afar_how_grave_it_is() -> None:
    async with a_screen(**WALL) as screen:  # type: ignore[arg-type]
        head = screen.app.main.header
        assert len(head.lines) == 7
        assert "███" in head.text.replace("██", "███")
        assert "cron.recalculate" in head.text
        assert "no incident is open" in head.text


async def test_a_clicked_row_gets_no_cursor_and_no_keys() -> None:
    async with a_screen(**WALL) as screen:  # type: ignore[arg-type]
        await screen.pilot.click(offset=(10, 12))
        await screen.pilot.pause()
        assert screen.app.main.focused is None
