"""The activity pane by keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from cockpit.engine.preferences import Preferences
from cockpit.model.activity import ActivitySnapshot
from cockpit.model.database import Counters, DatabaseFigures, Progress, Rates, Replica, Slot, Standby
from cockpit.model.errors import SourceUnreachable
from cockpit.model.identities import BackendIdentity
from cockpit.model.incident import Role
from cockpit.model.inspection import BackendLock, Plan, Statements, StatementStatistics
from cockpit.model.readings import SourceId, SourceKind
from cockpit.ui.screens.backend import BackendSheet
from cockpit.ui.screens.columns import ColumnSheet
from tests.pilot.support import Screen, a_screen
from tests.support.fake_session import MAIN, a_backend, a_range, an_activity

pytestmark = pytest.mark.anyio

FIGURES = SourceId(SourceKind.POSTGRES, "main/figures")
REPLICA = SourceId(SourceKind.POSTGRES, "replica")


class FakeInspector:
    """FAKE: tells what a test wants; `broken` makes every question fail."""

    def __init__(self) -> None:
        self.broken = False
        self.asked: list[str] = []
        self.known: StatementStatistics | None = StatementStatistics(
            7, 1_204, 61.2, 0.05, 2.1, 1_204, 90, 10, 20, "SELECT total FROM orders WHERE id = $1", "shop", "shop"
        )

    def _ask(self, question: str) -> None:
        self.asked.append(question)
        if self.broken:
            raise SourceUnreachable("postgres:main did not answer in time")

    async def locks(self, backend: BackendIdentity) -> Sequence[BackendLock]:
        self._ask(f"locks {backend.pid}")
        wanted = BackendLock("transactionid", "transaction 812", "ShareLock", False, 190.0)
        return [wanted, *(BackendLock("relation", f"orders_{n}", "RowExclusiveLock", True) for n in range(45))]

    async def explain(self, query: str, database: str) -> Plan:
        self._ask(f"explain {query}")
        return Plan(("Update on orders  (cost=0.29..8.30)", "  ->  Index Scan on orders"), "EXPLAIN; it was not run")

    async def statistics(self, query_id: int) -> StatementStatistics | None:
        self._ask(f"statistics {query_id}")
        return self.known

    async def statements(self, most: int) -> Statements:
        self._ask(f"statements {most}")
        return Statements((self.known,)) if self.known else Statements(missing="pg_stat_statements is not installed")

    async def formatted(self, query: str) -> str:
        return query.replace(" SET ", "\nSET ")


def pids(screen: Screen) -> list[int]:
    return [row.key[0] for row in screen.app.main.panes.activity.table.state.rows]  # type: ignore[index]


def under_cursor(screen: Screen) -> int:
    row = screen.app.main.panes.activity.table.current
    assert row is not None
    return int(row.key[0])  # type: ignore[index]


def title(screen: Screen) -> str:
    return screen.app.main.panes.activity.title_text()


async def test_the_filter_line_filters_while_it_is_typed_and_escape_ends_it() -> None:
    async with a_screen() as screen:
        await screen.press("2", "slash", *"app:report")
        assert pids(screen) == [4711]
        await screen.press("space", *">2h")
        assert pids(screen) == []
        assert "no session fits the filter" in screen.text
        await screen.press("enter")
        assert "/app:report >2h" in title(screen)
        await screen.press("escape")
        assert len(pids(screen)) == 6
        assert "app:report" not in title(screen)


async def test_idle_sessions_are_hidden_and_shown() -> None:
    async with a_screen() as screen:
        await screen.press("2", "i")
        assert pids(screen) == [4711, 4720, 4731, 4740]
        assert "idle hidden" in title(screen)
        await screen.press("i")
        assert len(pids(screen)) == 6
        assert "idle hidden" not in title(screen)


async def test_ages_count_from_transaction_query_or_session() -> None:
    async with a_screen() as screen:
        table = screen.app.main.panes.activity.table
        await screen.press("2", "t")
        assert "age of the query" in title(screen)
        assert "QUERY AGE" in [column.title for column in table.columns]
        await screen.press("t")
        assert "age of the session" in title(screen)
        await screen.press("t")
        assert "AGE" in [column.title for column in table.columns]


async def test_any_column_sorts_and_the_heading_says_which_way() -> None:
    async with a_screen() as screen:
        await screen.press("2", "s", "s")
        assert pids(screen) == sorted(pids(screen))
        assert "PID▴" in screen.text
        await screen.press("S")
        assert pids(screen) == sorted(pids(screen), reverse=True)
        assert "PID▾" in screen.text
        assert "greatest first" in screen.text
        await screen.press("v", "v", "v")
        assert "▾" not in screen.app.main.panes.activity.table.render_line(0).text


async def test_jump_to_the_blocker_and_back() -> None:
    async with a_screen() as screen:
        await screen.press("2", "j", "j")
        assert under_cursor(screen) == 4731
        await screen.press("b")
        assert under_cursor(screen) == 4720
        await screen.press("b")
        assert under_cursor(screen) == 4711
        await screen.press("b")
        await screen.until_text("nobody blocks 4711")
        await screen.press("B", "B")
        assert under_cursor(screen) == 4731
        await screen.press("B")
        await screen.until_text("there is nothing to go back to")
        await screen.press("f2", "j", "b", "b")
        await screen.until_text("4711 blocks it and is not in this view")


async def test_a_blocker_that_cannot_be_seen_is_said() -> None:
    snapshot = ActivitySnapshot((a_backend(5, blocked_by=(77,)),), 100, 3, 180004, "shop")
    async with a_screen(range_=a_range(answers={MAIN: snapshot})) as screen:
        await screen.press("2", "b")
        await screen.until_text("77 blocks it and cannot be seen")
        await screen.press("f3")
        await screen.until_text("cannot be seen by this role")


async def test_the_tree_counts_and_names_the_head_blocker() -> None:
    async with a_screen(size=(160, 60)) as screen:
        await screen.press("2", "f3", "z")
        await screen.until_text("1 head blocker (1 idle in transaction) holds up 2 sessions, 6:20 of waiting together")
        assert "1+1" in screen.text
        assert "holds up 2, runs nothing" in screen.text
        assert "WAITED" in screen.text


async def test_all_rows_that_are_shown_can_be_tagged_and_only_they_are_meant() -> None:
    async with a_screen() as screen:
        await screen.press("2", "slash", *"app:shop-api", "enter", "*", "K")
        await screen.until_text("pg_terminate_backend(4720, 4731, 4740, 4741)")


async def test_columns_are_chosen_and_remembered() -> None:
    kept: list[dict[str, object]] = []
    preferences = Preferences(keep=lambda choices: kept.append(dict(choices)))
    async with a_screen(range_=a_range(preferences=preferences)) as screen:
        pane = screen.app.main.panes.activity
        await screen.press("2", "c")
        await screen.until(lambda: isinstance(screen.app.screen, ColumnSheet))
        await screen.press("j", "space", "space", "k", "k", "j", "j", "j", "escape")
        assert "database" not in pane.column_names
        await screen.press("c", "g", "j", "j", "space", "enter")
        await screen.until(lambda: "database" in pane.column_names)
        assert kept[-1]["activity.columns"] == list(pane.column_names)
    async with a_screen(range_=a_range(preferences=Preferences(kept[-1]))) as screen:  # type: ignore[arg-type]
        pane = screen.app.main.panes.activity
        assert "database" in pane.column_names
        await screen.press("2", "c", "u")
        await screen.until(lambda: "database" not in pane.column_names)


async def test_a_backend_opens_with_its_locks_and_statistics() -> None:
    inspector = FakeInspector()
    before = an_activity()
    named = replace(before, backends=tuple(replace(b, query_id=7) for b in before.backends))
    range_ = a_range(answers={MAIN: named}, inspectors={MAIN: inspector})
    async with a_screen(range_=range_, size=(160, 60)) as screen:
        await screen.press("2", "j", "enter")
        await screen.until_text("1,204 calls · 50ms mean")
        for words in ("wants ShareLock", "transaction 812 for 3:10", "holds RowExclusiveLock"):
            assert words in " ".join(screen.text.split())
        await screen.press("G")
        await screen.until_text("and 6 more")
        await screen.press("g")
        sheet = screen.app.screen
        assert isinstance(sheet, BackendSheet)
        assert "has changed, and waits for that one to commit or roll back" in " ".join(sheet.text.split())
        assert inspector.asked == ["locks 4720", "statistics 7"]
        await screen.press("e")
        await screen.until_text("Index Scan on orders")
        assert inspector.asked[-1].startswith("explain UPDATE orders")
        await screen.press("y")
        assert "Index Scan" in screen.app.clipboard
        await screen.press("escape")
        await screen.until(lambda: not isinstance(screen.app.screen, BackendSheet))


async def test_what_cannot_be_found_out_is_said_in_the_sheet() -> None:
    inspector = FakeInspector()
    inspector.broken = True
    async with a_screen(range_=a_range(inspectors={MAIN: inspector})) as screen:
        await screen.press("2", "enter")
        await screen.until_text("the server gives this statement no identifier")
        assert "did not answer in time" in screen.text
        await screen.press("e")
        await screen.until(lambda: screen.text.count("did not answer in time") == 2)
        await screen.press("q", "o")
        await screen.until_text("did not answer in time")
    async with a_screen() as screen:
        await screen.press("2", "enter")
        await screen.until_text("nothing here can look closer")
        await screen.press("e", "q", "o")
        await screen.until_text("nothing here can look closer")


async def test_the_statements_that_took_longest() -> None:
    inspector = FakeInspector()
    async with a_screen(range_=a_range(inspectors={MAIN: inspector})) as screen:
        await screen.press("2", "o")
        await screen.until_text("100 %  1,204 calls · 50ms mean · 2.1s worst · 1m01s in all")
        await screen.press("q")
        inspector.known = None
        await screen.press("o")
        await screen.until_text("pg_stat_statements is not installed")


async def test_an_observer_looks_closer_and_sees_no_literals() -> None:
    range_ = a_range(Role.OBSERVER, inspectors={MAIN: FakeInspector()})
    async with a_screen(Role.OBSERVER, range_=range_, size=(160, 60)) as screen:
        await screen.press("2", "enter")
        await screen.until_text("wants")
        assert "ada@example.com" not in screen.text
        assert "UPDATE orders" in screen.text


def the_figures(**changes: object) -> DatabaseFigures:
    figures = DatabaseFigures(
        "shop",
        180004,
        10.0,
        Counters(9, 1, 5, 5, 0, 0, 0, 3, 100, 2),
        Rates(5.0, 218.0, 2.0, 40.0, 12.0, 0.4, 1_258_291.0, 0.871, 3, 1, 40_960.0),
        1_288_490_188,
        (Replica("replica1", "10.0.0.9", "streaming", "sync", 12.0, 12_288),),
        (Slot("left_behind", "logical", False, 3 << 30, "extended", None),),
        (Progress(900, "VACUUM", "orders", "scanning heap", 0.45),),
        prepared=1,
        oldest_prepared=3_700.0,
        hidden=("progress cannot be read here: permission denied",),
    )
    return replace(figures, **changes)  # type: ignore[arg-type]


async def test_figures_stand_above_the_table_when_there_is_room() -> None:
    async with a_screen(range_=a_range(answers={FIGURES: the_figures()}), size=(160, 48)) as screen:
        pane = screen.app.main.panes.activity
        await screen.press("2")
        assert not pane.head.display
        await screen.press("z")
        await screen.until(lambda: bool(pane.head.display))
        text = pane.head.text
        for words in (
            "42 of 100 · 3 active · 2 idle · 1 idle in transaction",
            "users shop 6",
            "applications shop-api 4",
            "220 tx/s · 2.0 rollbacks/s · rows/s 40 inserted 12 updated 0.4 deleted · hits 87.1 % · 3 temp files",
            "deadlocks 2 (+1) · size 1.2G +40K/s",
            "replica1 streaming sync lag 12s 12K",
            "left_behind logical nobody reads it, keeps 3.0G, WAL extended",
            "1 prepared transaction, oldest 1:01:40",
            "VACUUM orders scanning heap 45 % (pid 900)",
            "progress cannot be read here",
        ):
            assert words in text
        await screen.press("z")
        await screen.until(lambda: not pane.head.display)


async def test_a_standby_says_how_far_it_is_behind() -> None:
    behind = the_figures(standby=Standby(75.0, 4_096, False), replicas=(), rates=None)
    async with a_screen(range_=a_range(answers={FIGURES: behind}), size=(160, 60)) as screen:
        await screen.press("2", "z")
        await screen.until_text("standby, 1:15 behind, 4K not replayed · receives nothing from its primary")
        await screen.until_text("rates follow with the next look")


async def test_what_the_role_may_not_see_is_said_once_with_the_grant() -> None:
    hidden = replace(an_activity(), hidden="queries of other users are hidden; GRANT pg_monitor TO plain")
    async with a_screen(range_=a_range(answers={MAIN: hidden})) as screen:
        await screen.until(lambda: screen.text.count("GRANT pg_monitor TO plain") == 1)


async def test_several_databases_stand_together() -> None:
    other = ActivitySnapshot((a_backend(5, blocked_by=(6,)), a_backend(6)), 50, 3, 180004, "shop", True)
    async with a_screen(range_=a_range(answers={REPLICA: other}), size=(200, 60)) as screen:
        pane = screen.app.main.panes.activity
        await screen.press("2", "d")
        assert sorted(pids(screen)) == [5, 6]
        await screen.press("d")
        assert pane.shows_all
        assert len(pids(screen)) == 8
        assert "main 42/100 · replica 3/50" in title(screen)
        assert "SERVER" in screen.text
        await screen.press("*", "K")
        await screen.until_text("the tagged sessions are on several servers")
        await screen.press("escape", "f3")
        assert sorted(pids(screen)) == [5, 6, 4711, 4720, 4731]
        await screen.press("z")
        await screen.until_text("replica      3 of 50")
        await screen.press("d")
        assert not pane.shows_all


async def test_one_server_that_is_configured_twice_is_shown_once() -> None:
    range_ = a_range(answers={REPLICA: an_activity()})
    for source in (MAIN, REPLICA):
        range_.sources[source].server = "2026-03-01 731"
    async with a_screen(range_=range_) as screen:
        await screen.press("2", "d", "d")
        assert len(pids(screen)) == 6


async def test_a_literal_that_was_cut_short_is_hidden_from_an_observer() -> None:
    cut = replace(an_activity(), backends=(a_backend(5, query="UPDATE orders SET note = 'the private wor"),))
    long = replace(cut, backends=(a_backend(5, query=f"SELECT '{'private ' * 300}'"),))
    for snapshot in (cut, long):
        async with a_screen(Role.OBSERVER, range_=a_range(Role.OBSERVER, answers={MAIN: snapshot})) as screen:
            await screen.press("2", "z")
            await screen.until_text("•••")
            assert "private" not in screen.text
