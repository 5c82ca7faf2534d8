"""Pane 4 by keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from cockpit.engine.preferences import Preferences
from cockpit.model.errors import SourceUnreachable
from cockpit.model.incident import Role
from cockpit.model.logs import Level, LogBatch, LogLine
from cockpit.model.operations import OpenShell, ScaleService, ServiceOperation, ServicesOperation
from cockpit.model.ports import Source
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.services import Section, Service, ServiceEvent, ServiceKind, ServicesSnapshot
from cockpit.ui.panes.services import ServicesPane
from cockpit.ui.screens.ask import Ask
from cockpit.ui.screens.confirm import ConfirmScreen
from cockpit.ui.screens.service import ServiceSheet
from cockpit.ui.screens.service_log import FollowedLog
from cockpit.ui.screens.viewer import Viewer
from tests.pilot.support import Screen, a_screen, rows_of
from tests.support.edges import FakeSource
from tests.support.fake_session import SHOP, START, Range, a_range

pytestmark = pytest.mark.anyio
LOG = SourceId(SourceKind.LOGS, "api")


def a_service(name: str, state: str = "running", **changes: object) -> Service:
    fields: dict[str, object] = {
        "kind": ServiceKind.CONTAINER,
        "id": f"id-{name}",
        "name": name,
        "state": state,
        "started_at": START - timedelta(hours=3) if state == "running" else None,
        **changes,
    }
    return Service(**fields)  # type: ignore[arg-type]


FLEET = ServicesSnapshot(
    (
        a_service("api", project="shop", cpu_percent=12.0, image="shop:7"),
        a_service("db", project="shop", cpu_percent=80.0),
        a_service("relay", project="mail"),
        a_service("job", "exited", project="shop", exit_code=0),
        a_service("web", kind=ServiceKind.PM2, id="4", part="cluster 2", project="shop"),
    ),
    "Docker 20",
    (ServiceEvent(START, "id-api", "api", "ended", "exit code 1", grave=True),),
)


class Inspector:
    """FAKE: knows one service by heart."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failing = False
        self.batches: list[object] = [LogBatch((LogLine("api", "it is on", Level.INFO, START),))]

    async def sections(self, service: str) -> Sequence[Section]:
        self.asked.append(service)
        if self.failing:
            raise SourceUnreachable("the engine is away")
        return (Section("overview", (("id", service),)), Section("environment", (("API_TOKEN", "abc"), ("PORT", "3"))))

    def log(self, service: str, name: str) -> Source[LogBatch] | None:
        return FakeSource(LOG, list(self.batches)) if self.batches else None  # type: ignore[arg-type]


def a_fleet(role: Role = Role.OPERATOR, preferences: Preferences | None = None) -> tuple[Range, Inspector]:
    inspector = Inspector()
    kept = preferences or Preferences()
    range_ = a_range(role, answers={SHOP: FLEET}, service_inspectors={SHOP: inspector}, preferences=kept)
    return range_, inspector


def pane(screen: Screen) -> ServicesPane:
    return screen.app.main.panes.services


def shown(screen: Screen) -> list[str]:
    table = pane(screen).table
    return [row.split("  ")[0].strip("●✗▲◐○ ") for row in rows_of(table)]


async def test_projects_are_grouped_and_taken_apart() -> None:
    range_, _ = a_fleet()
    async with a_screen(range_=range_) as screen:
        await screen.press("4")
        assert shown(screen) == ["shop", "job", "api", "db", "web", "mail", "relay"]
        assert "3 of 4 running" in rows_of(pane(screen).table)[0]
        await screen.press("v")
        assert shown(screen) == ["job", "relay", "api", "db", "web"]
        assert "all projects together" in screen.app.main.notice.text


async def test_what_does_not_run_is_hidden_and_the_title_says_so() -> None:
    range_, _ = a_fleet()
    async with a_screen(range_=range_) as screen:
        await screen.press("4", "z", "h")
        assert "job" not in shown(screen)
        assert "1 hidden, h shows" in pane(screen).title_text()
        await screen.press("h")
        assert "job" in shown(screen)


async def test_columns_sort_both_ways_and_the_choice_of_columns_is_remembered() -> None:
    preferences = Preferences()
    range_, _ = a_fleet(preferences=preferences)
    async with a_screen(range_=range_) as screen:
        await screen.press("4", "v", "s", "s", "s")
        assert pane(screen).wish.order == "cpu"
        assert shown(screen)[0] == "db"
        assert "by cpu" in pane(screen).title_text()
        await screen.press("S")
        assert shown(screen)[-1] == "db"
        await screen.press("c")
        await screen.until_text("Columns")
        await screen.press("j", "j", "space", "enter")
        assert "project" in pane(screen).column_names
        kept = preferences.get("services.columns")
        assert isinstance(kept, list)
        assert "project" in kept
    again, _ = a_fleet(preferences=preferences)
    async with a_screen(range_=again) as screen:
        assert "project" in pane(screen).column_names


async def test_a_filter_narrows_by_words_and_the_cursor_stays_on_its_service() -> None:
    range_, _ = a_fleet()
    async with a_screen(range_=range_) as screen:
        await screen.press("4", "v", "j", "j")
        assert pane(screen).argument() == "api"
        await screen.press("slash", *"project:shop -job", "enter")
        assert shown(screen) == ["api", "db", "web"]
        assert pane(screen).argument() == "api"
        assert "2 filtered out" in pane(screen).title_text()
        await screen.press("slash", *"nothing", "enter")
        assert "no service fits the filter" in screen.text
        await screen.press("escape")
        assert pane(screen).needle() == ""


async def test_a_service_is_shown_in_full_part_by_part_with_secrets_hidden() -> None:
    range_, inspector = a_fleet()
    async with a_screen(range_=range_) as screen:
        await screen.press("4", "v", "j", "j", "enter")
        await screen.until(lambda: isinstance(screen.app.screen, ServiceSheet) and bool(inspector.asked))
        await screen.until_text("2 environment")
        assert "12.0% of one core" in screen.text
        await screen.press("tab")
        await screen.until_text("API_TOKEN")
        assert "•••" in screen.text
        assert "abc" not in screen.text
        await screen.press("3")
        await screen.until_text("ended  exit code 1")
        await screen.press("tab", "shift+tab", "slash", *"exit", "enter")
        inspector.failing = True
        await screen.press("r")
        await screen.until_text("the engine is away")
        await screen.press("escape", "escape")
        await screen.until(lambda: screen.app.screen is screen.app.main)
        assert set(inspector.asked) == {"id-api"}


async def test_a_log_is_followed_until_the_sheet_is_closed() -> None:
    range_, inspector = a_fleet()
    inspector.batches = [
        LogBatch((LogLine("api", "first line", Level.ERROR, START),)),
        LogBatch((LogLine("api", "after it", Level.INFO, START),), 7, "recreated"),
        SourceUnreachable("it is away"),
        LogBatch(()),
    ]
    async with a_screen(range_=range_) as screen:
        await screen.press("4", "l")
        await screen.until(lambda: isinstance(screen.app.screen, FollowedLog))
        for text in ("first line", "-- it was recreated", "7 lines were passed over", "after it", "it is away"):
            await screen.until_text(text)
        sheet = screen.app.screen
        assert isinstance(sheet, FollowedLog)
        source = sheet._source
        assert isinstance(source, FakeSource)
        await screen.press("escape")
        await screen.until(lambda: source.closed, what="the source to be let go of")


async def test_a_service_without_a_log_says_so() -> None:
    range_, inspector = a_fleet()
    inspector.batches = []
    async with a_screen(range_=range_) as screen:
        await screen.press("4", "l")
        await screen.until_text("nobody says where this service writes its log")


async def test_without_an_inspector_the_row_is_shown_and_no_log() -> None:
    async with a_screen() as screen:
        await screen.press("4", "l")
        await screen.until_text("nobody says where this service writes its log")
        await screen.press("enter")
        await screen.until(lambda: isinstance(screen.app.screen, Viewer))
        assert "exit code" in screen.text


async def test_events_are_one_key_away() -> None:
    range_, _ = a_fleet()
    async with a_screen(range_=range_) as screen:
        await screen.press("4", "o")
        await screen.until_text("What happened to services")
        assert "api  ended  exit code 1" in screen.text


async def drafted(screen: Screen, *keys: str) -> ConfirmScreen:
    await screen.press(*keys)
    await screen.until(lambda: isinstance(screen.app.screen, ConfirmScreen))
    top = screen.app.screen
    assert isinstance(top, ConfirmScreen)
    return top


@pytest.mark.parametrize(
    ("key", "verb"), [("R", "restart"), ("D", "stop"), ("U", "start"), ("P", "pause"), ("K", "kill")]
)
async def test_the_service_under_the_cursor_is_meant_with_its_identity(key: str, verb: str) -> None:
    range_, _ = a_fleet()
    async with a_screen(range_=range_) as screen:
        top = await drafted(screen, "4", "v", "j", "j", key)
        operation = top.draft.operation
        assert isinstance(operation, ServiceOperation)
        assert operation.identity is not None
        assert (operation.verb, operation.name, operation.identity.id) == (verb, "api", "id-api")


async def test_tagged_services_are_meant_together() -> None:
    range_, _ = a_fleet()
    async with a_screen(range_=range_) as screen:
        top = await drafted(screen, "4", "v", "j", "j", "space", "space", "R")
        operation = top.draft.operation
        assert isinstance(operation, ServicesOperation)
        assert [one.name for one in operation.services] == ["api", "db"]
        assert top.draft.command == "restart api, db"


async def test_a_paused_service_runs_on() -> None:
    paused = replace(FLEET, services=(a_service("api", "paused"),))
    async with a_screen(range_=a_range(answers={SHOP: paused})) as screen:
        top = await drafted(screen, "4", "P")
        assert top.draft.command == "unpause api"


async def test_a_shell_is_for_containers_and_scale_for_pm2() -> None:
    range_, _ = a_fleet()
    async with a_screen(range_=range_) as screen:
        await screen.press("4", "v", "G", "E")
        assert "web is no container" in screen.app.main.notice.text
        await screen.press("C")
        await screen.until(lambda: isinstance(screen.app.screen, Ask))
        top = await drafted(screen, "x", "enter", "backspace", "3", "enter")
        assert top.draft.operation == ScaleService("web", 3)
        await screen.until(lambda: top.confirmation is not None)
        screen.range.clock.advance(1.0)
        await screen.press("n")
        await screen.until(lambda: screen.app.screen is screen.app.main and not screen.app.main.turn.taken_by)
        await screen.press("k", "C")
        assert "only pm2 applications are scaled here" in screen.app.main.notice.text
        top = await drafted(screen, "E")
        assert isinstance(top.draft.operation, OpenShell)


async def test_an_observer_has_no_key_that_changes_a_service() -> None:
    range_, _ = a_fleet(Role.OBSERVER)
    async with a_screen(Role.OBSERVER, range_=range_) as screen:
        await screen.press("4")
        ids = {binding.id for binding in screen.app.main.valid_bindings()}
        assert {"services.log", "services.stopped", "services.events"} <= ids
        assert not any(name in ids for name in ("services.restart", "services.shell", "services.scale"))


async def test_a_restarted_engine_is_named_in_the_title() -> None:
    range_, _ = a_fleet()
    async with a_screen(range_=range_) as screen:
        board = range_.session.board
        reading = board.readings[SHOP]
        board.publish(replace(reading, restarted_at=START - timedelta(seconds=90)))
        await screen.press("4", "z")
        await screen.until(lambda: "shop restarted 1m ago" in pane(screen).title_text())


async def test_several_hosts_show_which_is_which_and_are_acted_on_one_at_a_time() -> None:
    host2 = SourceId(SourceKind.DOCKER, "host2")
    other = ServicesSnapshot((a_service("far"),))
    async with a_screen(range_=a_range(answers={SHOP: FLEET, host2: other})) as screen:
        await screen.press("4", "z", "v")
        assert "HOST" in screen.text
        await screen.press("*", "R")
        assert "the tagged services are on several hosts" in screen.app.main.notice.text
        assert screen.app.screen is screen.app.main
