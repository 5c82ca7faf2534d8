"""The screen as a whole: what is on it, at which size, and what keys do to it."""

from __future__ import annotations

import pytest

from cockpit.model.incident import EntryKind, EnvironmentFacts, Role
from tests.pilot.support import a_screen, rows_of
from tests.support.fake_session import KV, MAIN, a_backend, a_range, an_activity

pytestmark = pytest.mark.anyio


async def test_the_first_picture_names_environment_role_and_sources() -> None:
    async with a_screen() as screen:
        header = screen.app.main.header.text
        for word in ("SANDBOX", "shop", "OPERATOR", "api", "main", "kv", "logs", "03:00:00Z"):
            assert word in header


async def test_a_wide_screen_shows_panes_side_by_side_with_the_sidebar() -> None:
    async with a_screen(size=(160, 48)) as screen:
        assert screen.app.main.deck.visible_names == ("health", "activity", "locks", "services", "logs")
        assert screen.app.main.sidebar.region.width > 0
        for text in ("1 Health", "2 Activity", "3 Cron locks", "4 Services", "5 Logs", "0 Runbooks"):
            assert text in screen.text


async def test_a_huge_screen_shows_all_panes() -> None:
    async with a_screen(size=(250, 70)) as screen:
        assert len(screen.app.main.deck.visible_names) == 7


async def test_a_narrow_screen_shows_one_pane_and_tabs() -> None:
    async with a_screen(size=(80, 24)) as screen:
        assert screen.app.main.deck.visible_names == ("health",)
        await screen.press("2")
        assert screen.app.main.deck.visible_names == ("activity",)
        assert "2 Activity" in screen.text
        await screen.press("tab")
        assert screen.app.main.deck.visible_names == ("locks",)
        await screen.press("0")
        assert screen.app.main.drawer_open
        assert "Cron stuck" in screen.text
        await screen.press("escape")
        assert not screen.app.main.drawer_open


async def test_too_small_says_so() -> None:
    async with a_screen(size=(50, 12)) as screen:
        assert "the cockpit needs 60x15, this is 50x12" in screen.text
        await screen.pilot.resize_terminal(80, 24)
        await screen.until_text("1 Health")


async def test_numbers_tab_and_zoom_move_between_panes() -> None:
    async with a_screen() as screen:
        for number, name in enumerate(("health", "activity", "locks", "services", "logs", "host", "timeline"), 1):
            await screen.press(str(number))
            assert screen.active() == name
            assert screen.shows(name)
        await screen.press("2", "z")
        assert screen.zoomed()
        await screen.press("escape")
        assert not screen.zoomed()
        await screen.press("tab")
        assert screen.active() == "locks"
        await screen.press("shift+tab")
        assert screen.active() == "activity"


async def test_the_cursor_belongs_to_its_row_through_a_refresh() -> None:
    async with a_screen() as screen:
        table = screen.app.main.panes.activity.table
        await screen.press("2", "j", "j")
        assert table.current is not None
        assert table.current.key[0] == 4731  # type: ignore[index]
        before = an_activity()
        more = (a_backend(99, transaction_age=9000.0), a_backend(98, transaction_age=8000.0), *before.backends)
        screen.range.say(MAIN, type(before)(more, 100, 44, 180004, "shop"))
        await screen.until(lambda: len(table.state.rows) == 8)
        assert table.current.key[0] == 4731  # type: ignore[index]
        await screen.press("s")
        assert table.current.key[0] == 4731  # type: ignore[index]


async def test_a_cursor_that_nobody_has_looked_at_stays_on_the_first_row() -> None:
    async with a_screen() as screen:
        table = screen.app.main.panes.activity.table
        before = an_activity()
        oldest = a_backend(99, transaction_age=9000.0)
        screen.range.say(MAIN, type(before)((oldest, *before.backends), 100, 43, 180004, "shop"))
        await screen.until(lambda: len(table.state.rows) == 7)
        assert table.current is not None
        assert table.current.key[0] == 99  # type: ignore[index]


async def test_views_of_activity() -> None:
    async with a_screen() as screen:
        pane = screen.app.main.panes.activity
        await screen.press("2", "f2")
        assert [row.key[0] for row in pane.table.state.rows] == [4720, 4731]  # type: ignore[index]
        await screen.press("f3")
        assert [row.split()[0] for row in rows_of(pane.table)] == ["4711", "└", "└"]
        await screen.press("f1")
        assert len(pane.table.state.rows) == 4
        await screen.press("v")
        assert pane.view.value == "waiting"
        assert "waiting" in pane.title_text()


async def test_find_filters_while_typing_and_escape_ends_it() -> None:
    async with a_screen() as screen:
        pane = screen.app.main.panes.activity
        await screen.press("2", "slash", *"report")
        assert len(pane.table.state.rows) == 1
        await screen.press("enter")
        assert screen.app.main.active_pane is pane
        assert "/report" in pane.title_text()
        await screen.press("escape")
        assert len(pane.table.state.rows) == 6


async def test_find_in_logs_marks_and_steps_through_matches() -> None:
    async with a_screen() as screen:
        log = screen.app.main.panes.logs.log_view
        await screen.press("5", "slash", *"lock held", "enter")
        first = log.window.match
        assert first is not None
        assert "lock held" in log.window.line(first).text
        await screen.press("n")
        assert log.window.match == first
        await screen.press("escape", "G", "slash", *"GET", "enter")
        newest = log.window.match
        await screen.press("n")
        assert log.window.match is not None
        assert newest is not None
        assert log.window.match < newest
        await screen.press("N")
        assert log.window.match == newest


async def test_moving_up_in_logs_lets_go_of_the_end_and_capital_g_takes_it_again() -> None:
    async with a_screen(size=(160, 30)) as screen:
        log = screen.app.main.panes.logs.log_view
        await screen.press("5", "k")
        assert not screen.follows()
        await screen.press("G")
        assert screen.follows()
        await screen.press("l")
        assert log.window.least.value == "warn"
        assert len(log.window) == 2
        await screen.press("l", "l", "v")
        assert {kept.line.stream for kept in log.window.all_shown} == {"api"}


async def test_a_frozen_pane_stands_still() -> None:
    async with a_screen() as screen:
        pane = screen.app.main.panes.activity
        await screen.press("2", "p")
        screen.range.say(MAIN, type(an_activity())((), 100, 1, 180004, "shop"))
        await screen.until(lambda: screen.range.sources[MAIN].fetches > 1)
        await screen.pilot.pause()
        assert len(pane.table.state.rows) == 6
        assert "frozen" in pane.title_text()
        await screen.press("p")
        assert len(pane.table.state.rows) == 0


async def test_a_lost_source_dims_its_pane_and_says_why() -> None:
    from cockpit.model.errors import SourceUnreachable

    async with a_screen() as screen:
        pane = screen.app.main.panes.locks
        screen.range.clock.advance(12)
        screen.range.say(KV, SourceUnreachable("kv does not answer at 10.0.0.2:6379"))
        await screen.until(lambda: "stale 12s" in pane.title_text())
        assert "again in" in pane.title_text()
        assert pane.table._dimmed
        assert "kv does not answer" in str(pane.body.border_subtitle)
        assert "lock:cron:recalculate" in rows_of(pane.table)[0]
        assert "◐ kv" in screen.app.main.header.text


async def test_enter_opens_the_whole_row_and_y_copies() -> None:
    async with a_screen() as screen:
        await screen.press("2", "enter")
        assert "UPDATE orders SET exported" in screen.text
        assert "blocks" in screen.text
        await screen.press("escape", "y")
        assert "UPDATE orders" in screen.app.clipboard


async def test_help_lists_only_what_is_valid_now() -> None:
    async with a_screen() as screen:
        await screen.press("2", "question_mark")
        assert "cancel the backend's query" in screen.text
        assert "release the lock" not in screen.text
        await screen.press("q", "3", "question_mark")
        assert "release the lock" in screen.text


async def test_the_palette_finds_and_runs() -> None:
    async with a_screen() as screen:
        await screen.press("colon", *"go to host", "enter")
        assert screen.app.main.active_pane is screen.app.main.panes.host
        await screen.press("colon", *"note the world is round", "enter")
        await screen.until(
            lambda: any(e.payload.get("text") == "the world is round" for e in screen.range.journal.written)
        )
        await screen.press("colon", *"theme light", "enter")
        await screen.until(lambda: screen.app.theme == "cockpit-light")
        await screen.press("colon", *"open billing", "enter")
        await screen.until(lambda: screen.app.main.walking)
        assert "Billing degraded" in screen.app.main.sidebar.steps_title.text


async def test_interval_keys_change_how_often_a_source_is_read() -> None:
    async with a_screen() as screen:
        await screen.press("2", "minus")
        assert screen.range.session.watch.interval(MAIN) == 150.0
        await screen.press("minus")
        assert screen.range.session.watch.interval(MAIN) == 75.0
        await screen.press("plus")
        assert screen.range.session.watch.interval(MAIN) == 150.0
        await screen.press("7", "plus")
        assert "no source of its own" in screen.app.main.notice.text


async def test_an_incident_is_declared_and_shown() -> None:
    async with a_screen() as screen:
        await screen.press("I", *"prices are old", "enter")
        await screen.until(lambda: "INC-7" in screen.app.main.notice.text)
        screen.range.clock.advance(872)
        assert screen.app.main.feed is not None
        screen.app.main.feed.tick()
        assert "INC-7 P1 00:14:32" in screen.app.main.header.text
        await screen.press("7")
        await screen.until(
            lambda: any("prices are old" in row for row in rows_of(screen.app.main.panes.timeline.table))
        )
        await screen.press("colon", *"resolve done", "enter")
        await screen.until(lambda: screen.range.session.incident.current is None)


async def test_escape_never_quits_and_q_does() -> None:
    async with a_screen() as screen:
        await screen.press("escape", "escape", "escape")
        assert screen.app.is_running
        await screen.press("2", "z", "q")
        assert not screen.zoomed()
        assert not screen.ending()
        await screen.press("q")
        assert screen.ending()


async def test_an_intent_without_outcome_is_said_until_it_is_put_away() -> None:
    range_ = a_range(unresolved=("unknown, verify: DEL x on redis:kv was begun", "another"))
    async with a_screen(range_=range_) as screen:
        assert "unknown, verify: DEL x on redis:kv was begun (and 1 more)" in screen.app.main.notice.text
        await screen.press("escape")
        assert screen.app.main.notice.text == ""


async def test_an_alert_opens_its_procedure_with_its_labels() -> None:
    async with a_screen(alert="CronStale", labels={"key": "lock:cron:enrich", "other": "x"}) as screen:
        await screen.until(lambda: screen.app.main.walking)
        assert screen.app.main.steps is not None
        walk = screen.app.main.steps.walk
        assert walk is not None
        assert walk.run.values == {"key": "lock:cron:enrich"}


async def test_ascii_draws_no_other_character_in_frames_and_shapes() -> None:
    range_ = a_range(ascii=True)
    async with a_screen(range_=range_) as screen:
        odd = {character for character in screen.text if ord(character) > 126}
        assert odd == set()


async def test_a_session_that_cannot_be_opened_ends_with_one_sentence() -> None:
    from cockpit.model.errors import ConfigError
    from cockpit.ui.app import CockpitApp

    def refuse():  # type: ignore[no-untyped-def]
        raise ConfigError("cockpit.toml has no environment", "add one")

    app = CockpitApp(refuse, EnvironmentFacts("x", "X", True), Role.OPERATOR)
    async with app.run_test():
        from tests.support.awaiting import until

        await until(lambda: app._exit, what="the end")
    assert app.return_code == 64
    assert app.farewell == "cockpit: cockpit.toml has no environment; add one."


async def test_a_clash_of_remapped_keys_ends_with_a_sentence_that_names_both() -> None:
    from cockpit.ui.app import CockpitApp
    from tests.support.awaiting import until

    range_ = a_range(keys={"pane.zoom": "f", "pane.freeze": "f"})
    app = CockpitApp(lambda: range_.session, range_.facts, Role.OPERATOR)
    async with app.run_test():
        await until(lambda: app._exit, what="the end")
    assert "keys.pane.freeze and keys.pane.zoom" in app.farewell


async def test_a_remapped_key_works_and_the_old_one_is_dead() -> None:
    async with a_screen(range_=a_range(keys={"pane.zoom": "f"})) as screen:
        await screen.press("2", "z")
        assert not screen.zoomed()
        await screen.press("f")
        assert screen.zoomed()
        assert " f zoom" in screen.app.main.footer.text


async def test_commands_with_words_that_cannot_be_done_say_why() -> None:
    async with a_screen() as screen:
        notice = screen.app.main.notice
        await screen.press("colon", *"resolve", "enter")
        await screen.until(lambda: "there is no incident" in notice.text)
        await screen.press("2", "colon", *"every now", "enter")
        await screen.until(lambda: "is no duration" in notice.text)
        await screen.press("colon", *"every 5s", "enter")
        await screen.until(lambda: screen.range.session.watch.interval(MAIN) == 5.0)
        await screen.press("colon", *"incident p2 slow", "enter")
        await screen.until(lambda: screen.range.session.incident.current is not None)
        incident = screen.range.session.incident.current
        assert incident is not None
        assert (incident.severity, incident.title) == ("P2", "slow")
        await screen.press("colon", *"incident p2 slower", "enter")
        await screen.until(lambda: "INC-7 is still open" in notice.text)


async def test_a_broken_journal_is_said_and_reading_goes_on() -> None:
    async with a_screen() as screen:
        screen.range.journal.broken = True
        await screen.press("colon", *"note lost", "enter")
        await screen.until(lambda: "the journal's disk is full" in screen.app.main.notice.text)
        await screen.press("2")
        assert screen.active() == "activity"


async def test_a_notice_goes_by_itself() -> None:
    async with a_screen() as screen:
        screen.app.main.say("something happened")
        screen.range.clock.advance(9)
        screen.app.main.bring_up_bars()
        assert screen.app.main.notice.text == ""


async def test_the_mouse_moves_the_cursor_and_a_double_click_opens() -> None:
    async with a_screen() as screen:
        table = screen.app.main.panes.activity.table
        await screen.pilot.click(table, offset=(5, 3))
        assert table.state.cursor == 2
        assert screen.active() == "activity"
        await screen.pilot.click(table, offset=(5, 2), times=2)
        assert "backend 4720" in screen.text
        await screen.press("escape")
        log = screen.app.main.panes.logs.log_view
        await screen.pilot.click(log)
        assert screen.active() == "logs"


async def test_a_viewer_moves_and_copies() -> None:
    async with a_screen(size=(100, 20)) as screen:
        await screen.press("2", "enter", "j", "G", "k", "g", "ctrl+d", "ctrl+u", "y")
        assert "blocked by" in screen.app.clipboard
        await screen.press("q")
        await screen.press("3", "enter")
        assert "held for" in screen.text
        await screen.press("q", "4", "enter")
        assert "restarts" in screen.text
        await screen.press("q", "1", "enter")
        assert "because" in screen.text
        await screen.press("q", "5", "enter")
        assert "log " in screen.text


async def test_several_databases_are_shown_one_at_a_time() -> None:
    from cockpit.model.readings import SourceId, SourceKind

    other = SourceId(SourceKind.POSTGRES, "replica")
    snapshot = type(an_activity())((a_backend(5),), 50, 3, 180004, "shop", True)
    async with a_screen(range_=a_range(answers={other: snapshot})) as screen:
        pane = screen.app.main.panes.activity
        await screen.press("2")
        assert "main" in pane.title_text()
        await screen.press("d")
        assert "replica" in pane.title_text()
        assert "standby" in pane.title_text()
        assert len(pane.table.state.rows) == 1


async def test_an_unknown_outcome_of_an_earlier_session_is_settled_by_a_word() -> None:
    range_ = a_range(unresolved=("unknown, verify: DEL x on redis:kv",), open_actions=("a-1", "a-2"))
    async with a_screen(range_=range_) as screen:
        assert "unknown, verify: DEL x on redis:kv" in screen.text
        await screen.press("colon", *"settle gone", "enter")
        await screen.until(lambda: "it will not be asked again" in screen.text)
        notes = [entry.payload for entry in range_.journal.written if entry.kind is EntryKind.NOTE]
        assert notes == [{"text": "settled: gone", "action": action} for action in ("a-1", "a-2")]
        assert screen.app.main.spoken is not None
        assert "say.settle" not in {entry.id for entry in screen.app.main.spoken.entries()}


async def test_until_a_row_was_looked_at_the_cursor_stands_on_the_worst() -> None:
    async with a_screen() as screen:
        table = screen.app.main.panes.health.table
        assert table.current is not None
        worst = max(screen.range.session.board.health.results, key=lambda result: result.verdict.severity)
        assert table.current.key == worst.name
