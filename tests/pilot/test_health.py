from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cockpit.model.health import HttpSample, HttpTiming, Verdict
from cockpit.model.incident import EntryKind, Role
from cockpit.model.metrics import Alert, AlertsSnapshot
from cockpit.model.probes import Certificate
from cockpit.model.readings import SourceId, SourceKind
from cockpit.ui.spans import plain
from tests.pilot.support import Screen, a_screen
from tests.support.fake_session import HEALTHZ, START, a_range

pytestmark = pytest.mark.anyio
AM = SourceId(SourceKind.ALERTMANAGER, "main")
SICK = HttpSample(
    "GET",
    "http://shop/healthz",
    503,
    0.034,
    (("content-type", "application/json"),),
    body={"dbOk": False, "password": "hunter22"},
    timing=HttpTiming(0.001, 0.002, 0.003, 0.02, 0.008),
    certificate=Certificate("shop", "Some CA", ("shop",), START, START + timedelta(days=5)),
    redirects=("http://old/",),
    sent=(("Authorization", "•••"),),
    sent_body="ping",
)


def rows(screen: Screen) -> list[str]:
    return [plain(row.cells[0]).strip() for row in screen.app.main.panes.health.table.state.rows]


async def choose(screen: Screen, name: str) -> None:
    await screen.press("1")
    screen.app.main.panes.health.table.move_to_key(name)
    await screen.until(lambda: (found := screen.app.main.panes.health.selected) is not None and found.name == name)


async def test_enter_shows_the_whole_request_and_response_with_secrets_masked() -> None:
    async with a_screen(range_=a_range(answers={HEALTHZ: SICK}), size=(160, 60)) as screen:
        await choose(screen, "api.healthz")
        await screen.press("enter")
        await screen.until_text("GET http://shop/healthz")
        text = screen.text
        for words in (
            "Authorization: •••",
            "ping",
            "content-type: application/json",
            '"dbOk": false',
            "dns 1.0 ms, connect 2.0 ms, tls 3.0 ms, first byte 20.0 ms, body 8.0 ms",
            "http://old/ → http://shop/healthz",
            "issued by Some CA, until 2026-03-19, 5 days left",
        ):
            assert words in text, words
        assert "hunter22" not in text


async def test_a_check_is_muted_with_a_reason_and_the_mute_is_taken_away() -> None:
    range_ = a_range(answers={HEALTHZ: SICK})
    async with a_screen(range_=range_) as screen:
        await choose(screen, "api.healthz")
        await screen.press("m")
        await screen.until_text("Mute api.healthz why?")
        await screen.press(*"being repaired", "enter")
        await screen.until_text("api.healthz is muted until 03:30Z")
        result = range_.session.board.health.named("api.healthz")
        assert result is not None
        assert (result.muted, result.verdict) == (True, Verdict.CRIT)
        assert "muted for 30m more by ada@laptop: being repaired" in rows(screen)
        (entry,) = [entry for entry in range_.journal.written if entry.kind is EntryKind.NOTE]
        assert entry.payload["text"] == "muted api.healthz until 03:30Z: being repaired"
        await choose(screen, "api.healthz")
        await screen.press("m")
        await screen.until_text("api.healthz is no longer muted")
        result = range_.session.board.health.named("api.healthz")
        assert result is not None
        assert not result.muted


async def test_a_mute_that_has_run_out_says_so() -> None:
    range_ = a_range(answers={HEALTHZ: SICK})
    async with a_screen(range_=range_) as screen:
        await choose(screen, "api.healthz")
        await screen.press("colon", *"mute 5m known trouble", "enter")
        await screen.until_text("muted for 5m more")
        range_.clock.advance(360)
        range_.say(HEALTHZ, SICK)
        await screen.until_text("its mute ended 1m ago: known trouble")


async def test_a_mute_needs_a_reason() -> None:
    async with a_screen() as screen:
        await choose(screen, "api.healthz")
        await screen.press("colon", *"mute 10m", "enter")
        await screen.until_text("not muted without a reason")
        assert [entry for entry in screen.range.journal.written if entry.kind is EntryKind.NOTE] == []


async def test_what_the_journal_does_not_keep_is_not_muted() -> None:
    async with a_screen() as screen:
        screen.range.journal.broken = True
        await choose(screen, "api.healthz")
        await screen.press("colon", *"mute 5m why", "enter")
        await screen.until_text("the journal's disk is full")
        result = screen.range.session.board.health.named("api.healthz")
        assert result is not None
        assert not result.muted


async def test_an_observer_mutes_nothing() -> None:
    async with a_screen(Role.OBSERVER) as screen:
        await choose(screen, "api.healthz")
        await screen.press("m")
        assert "Mute" not in screen.text
        assert screen.app.main.spoken is not None
        assert "say.mute" not in {entry.id for entry in screen.app.main.spoken.entries()}


def alert(name: str, state: str) -> Alert:
    return Alert(name, (("severity", "critical"),), f"{name}!", datetime(2026, 3, 14, 2, 0, tzinfo=UTC), state, "4711")


async def test_alerts_stand_in_a_group_and_what_is_silenced_below_what_fails() -> None:
    found = AlertsSnapshot((alert("DatabaseDown", "firing"), alert("Known", "silenced")))
    async with a_screen(range_=a_range(answers={AM: found}), size=(160, 60)) as screen:
        await screen.press("1", "z")
        await screen.until_text("DatabaseDown")
        shown = rows(screen)
        down, known, well = (
            next(number for number, row in enumerate(shown) if name in row)
            for name in ("alert DatabaseDown", "alert Known muted", "alertmanager.main")
        )
        assert shown[down - 1] == "alerts"
        assert shown[known + 1] == "silenced by 4711, says main"
        assert down < known < well
        await choose(screen, "alert Known")
        await screen.press("m")
        await screen.until_text("alert Known is silenced by 4711 in main, not here")


async def test_the_interval_of_a_check_is_changed_by_its_row() -> None:
    async with a_screen() as screen:
        await choose(screen, "api.healthz")
        before = screen.range.session.watch.interval(HEALTHZ)
        await screen.press("-")
        assert screen.range.session.watch.interval(HEALTHZ) == min(300.0, before / 2)
