"""What each binding of the registry does on the main screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from cockpit.engine.activity_view import AgeBasis, View, Wish
from cockpit.ui.bindings import REGISTRY
from cockpit.ui.log_keys import log_handlers
from cockpit.ui.panes.base import TablePane
from cockpit.ui.row_keys import copy_row, open_row, refresh_pane, set_interval
from cockpit.ui.spans import Tone
from cockpit.ui.widgets.line_table import LineTable
from cockpit.ui.widgets.ring_log import RingLog

if TYPE_CHECKING:
    from cockpit.ui.changes import PaneChanges
    from cockpit.ui.screens.main import MainScreen

SLIDE = 16
"""Cells by which one key press moves a table's cut column."""
Handler = Callable[[], None]


def handlers(screen: MainScreen) -> dict[str, Handler]:
    """A handler for every binding, by its id; each returns at once."""
    from cockpit.ui.host_keys import host_keys
    from cockpit.ui.replay_keys import replay_handlers

    found: dict[str, Handler] = {
        **_moves(screen),
        **_pane_keys(screen),
        **_activity_keys(screen),
        **_services_keys(screen),
        **_session_keys(screen),
        **log_handlers(screen),
        "sidebar.go": screen.toggle_runbook if screen.front is not None else screen.go_to_sidebar,
        "focus.next": lambda: screen.cycle(1),
        "focus.previous": lambda: screen.cycle(-1),
        "palette.open": screen.palette_keys.open,
        "help.open": screen.open_help,
        "go.back": lambda: _nothing(screen.back()),
        "app.quit": screen.back_or_quit,
        **host_keys(screen),
        **replay_handlers(screen),
        "timeline.logs": lambda: _logs_then(screen),
        "changes.open": lambda: _open_changes(screen),
        "find.open": screen.find_keys.open_for_pane,
        "find.next": lambda: screen.find_keys.go_on(-1),
        "find.previous": lambda: screen.find_keys.go_on(1),
    }
    for binding in REGISTRY:
        if binding.id.startswith("pane.") and binding.keys[0].isdigit():
            name = binding.id.removeprefix("pane.")
            found[binding.id] = lambda name=name: screen.go_to_pane(name)  # type: ignore[misc]
    return found


def _logs_then(screen: MainScreen) -> None:
    """Show the logs at the moment under the cursor."""
    moment = screen.panes.timeline.current()
    if moment is None:
        screen.say("no row is selected", Tone.WARN)
        return
    screen.go_to_pane("logs")
    screen.panes.logs.travel(screen).go_to(moment.at)


def _open_changes(screen: MainScreen) -> None:
    """Show what changed lately."""
    from cockpit.ui.screens.changes import ChangesSheet

    if screen.session is not None:
        screen.app.push_screen(ChangesSheet(screen.session, screen.look))


def _offer_steps(screen: MainScreen) -> None:
    """Offer the steps that take the row under the cursor."""
    from cockpit.ui.taking import offer_steps

    offer_steps(screen)


def _nothing(value: object) -> None:
    """Drop a value, for handlers that answer nothing."""


def _moves(screen: MainScreen) -> dict[str, Handler]:
    def move(by: Callable[[LineTable | RingLog], int]) -> Handler:
        def handler() -> None:
            body = screen.focused
            if isinstance(body, LineTable | RingLog):
                body.move(by(body))

        return handler

    def to_end(first: bool) -> Handler:
        def handler() -> None:
            body = screen.focused
            if isinstance(body, LineTable):
                body.move_to(0 if first else len(body.state.rows))
            elif isinstance(body, RingLog):
                body.move_to_start() if first else body.move_to_end()

        return handler

    def slide(by: int) -> Handler:
        def handler() -> None:
            if isinstance(screen.focused, LineTable | RingLog):
                screen.focused.slide(by)

        return handler

    return {
        "move.right": slide(SLIDE),
        "move.left": slide(-SLIDE),
        "move.down": move(lambda body: 1),
        "move.up": move(lambda body: -1),
        "move.page_down": move(lambda body: body.page()),
        "move.page_up": move(lambda body: -body.page()),
        "move.first": to_end(True),
        "move.last": to_end(False),
    }


def _pane_keys(screen: MainScreen) -> dict[str, Handler]:
    def table(act: Callable[[LineTable | RingLog], None]) -> Handler:
        def handler() -> None:
            if isinstance(screen.focused, LineTable | RingLog):
                act(screen.focused)

        return handler

    def sort() -> None:
        pane = screen.active_pane
        if isinstance(pane, TablePane):
            name = pane.sort_next(screen.now())
            screen.say(f"sorted by {name}" if name else "this pane has one order", Tone.DIM)

    def sort_other_way() -> None:
        pane = screen.active_pane
        if isinstance(pane, TablePane):
            how = pane.sort_other_way(screen.now())
            screen.say(how or "this pane has one order", Tone.DIM)

    def freeze() -> None:
        pane = screen.active_pane
        if pane is not None:
            pane.freeze(not pane.frozen)
            pane.changed(screen.now())

    return {
        "table.open": lambda: open_row(screen),
        "table.take": lambda: _offer_steps(screen),
        "table.tag": table(lambda body: body.toggle_tag()),
        "table.untag": table(lambda body: body.clear_tags()),
        "table.tag_all": table(lambda body: body.tag_all()),
        "table.sort": sort,
        "table.sort_other_way": sort_other_way,
        "pane.freeze": freeze,
        "pane.zoom": screen.zoom,
        "pane.slower": lambda: set_interval(screen, lambda seconds: seconds * 2),
        "pane.faster": lambda: set_interval(screen, lambda seconds: seconds / 2),
        "pane.refresh": lambda: refresh_pane(screen),
        "pane.copy": lambda: copy_row(screen),
    }


def _activity_keys(screen: MainScreen) -> dict[str, Handler]:
    views = list(View)
    activity = screen.panes.activity

    def show(choose: Callable[[], View]) -> Handler:
        def handler() -> None:
            now: datetime = screen.now()
            activity.show(choose(), now)
            activity.retitle(now)

        return handler

    def next_database() -> None:
        activity.next_database()
        activity.changed(screen.now())

    def ask(change: Callable[[Wish], Wish]) -> Handler:
        return lambda: activity.ask(change(activity.wish), screen.now())

    def jump(go: Callable[[], str]) -> Handler:
        def handler() -> None:
            trouble = go()
            if trouble:
                screen.say(trouble, Tone.DIM)

        return handler

    def choose_columns() -> None:
        from cockpit.ui.screens.columns import ColumnSheet

        def chosen(names: tuple[str, ...] | None) -> None:
            if names is not None:
                activity.choose_columns(names, screen.now())

        screen.app.push_screen(ColumnSheet(activity.column_names, screen.look), chosen)

    def statements() -> None:
        from cockpit.ui.screens.statements import StatementsSheet

        if screen.session is not None and activity.readings():
            source = activity.readings()[0].source
            screen.app.push_screen(StatementsSheet(source, screen.session, screen.look))

    bases = list(AgeBasis)
    return {
        "activity.idle": ask(lambda wish: replace(wish, idle=not wish.idle)),
        "activity.age": ask(lambda wish: replace(wish, basis=bases[(bases.index(wish.basis) + 1) % len(bases)])),
        "activity.blocker": jump(activity.jump_to_blocker),
        "activity.blocker_back": jump(activity.jump_back),
        "activity.columns": choose_columns,
        "activity.statements": statements,
        "activity.database": next_database,
        "activity.view": show(lambda: views[(views.index(activity.view) + 1) % len(views)]),
        "activity.running": show(lambda: View.RUNNING),
        "activity.waiting": show(lambda: View.WAITING),
        "activity.blocking": show(lambda: View.BLOCKING),
    }


def _services_keys(screen: MainScreen) -> dict[str, Handler]:
    services = screen.panes.services

    def told(act: Callable[[datetime], str]) -> Handler:
        return lambda: screen.say(act(screen.now()), Tone.DIM)

    def choose_columns() -> None:
        from cockpit.ui.present.services import ALWAYS, CATALOGUE
        from cockpit.ui.screens.columns import ColumnSheet

        def chosen(names: tuple[str, ...] | None) -> None:
            if names is not None:
                services.choose_columns(names, screen.now())

        screen.app.push_screen(ColumnSheet(services.column_names, screen.look, CATALOGUE, ALWAYS), chosen)

    def events() -> None:
        from cockpit.ui.screens.viewer import Viewer
        from cockpit.ui.spans import line

        lines = services.event_lines() or [line("nothing was heard of since the cockpit began to listen", Tone.DIM)]
        screen.app.push_screen(Viewer("What happened to services", lines, screen.look))

    def follow_log() -> None:
        from cockpit.ui.screens.service_log import follow

        found = services.chosen()
        inspectors = screen.session.service_inspectors if screen.session else {}
        if found is None:
            screen.say("no row is selected", Tone.WARN)
        elif found[0] not in inspectors or screen.session is None:
            screen.say("nobody says where this service writes its log", Tone.DIM)
        else:
            follow(screen.app, inspectors[found[0]], found[1], screen.session.clock, screen.look)

    return {
        "services.log": follow_log,
        "services.stopped": told(services.toggle_stopped),
        "services.groups": told(services.toggle_groups),
        "services.columns": choose_columns,
        "services.events": events,
    }


def _operations(changes: PaneChanges) -> dict[str, Handler]:
    return {
        "services.restart": lambda: changes.operate("restart"),
        "services.stop": lambda: changes.operate("stop"),
        "services.start": lambda: changes.operate("start"),
        "services.pause": changes.pause,
        "services.kill": lambda: changes.operate("kill"),
        "services.scale": changes.scale,
        "services.shell": changes.shell,
    }


def _session_keys(screen: MainScreen) -> dict[str, Handler]:
    steps, changes, papers = screen.steps, screen.changes, screen.papers
    if steps is None or changes is None or papers is None:
        return {}
    return {
        "step.source": papers.source,
        "step.outline": papers.outline,
        "step.link": papers.follow,
        "step.return": papers.go_back,
        "step.changes": papers.changes,
        "step.file": papers.edit,
        "step.search": screen.find_keys.open_for_runbooks,
        "runbook.search": screen.find_keys.open_for_runbooks,
        "runbook.source": papers.source,
        "runbook.outline": papers.outline,
        "runbook.file": papers.edit,
        "runbook.open": screen.open_procedure,
        "runbook.close": steps.close,
        "step.run": steps.go_on,
        "step.again": steps.again,
        "step.longer": steps.longer,
        "step.take_up": steps.take_up,
        "step.argument": steps.argument,
        "step.why": steps.why,
        "step.skip": steps.skip,
        "step.edit": steps.remake.edit,
        "step.as_written": steps.remake.run_as_written,
        "step.undo": steps.remake.undo,
        "step.note": steps.note,
        "step.command_next": lambda: steps.choose_command(1),
        "step.command_previous": lambda: steps.choose_command(-1),
        "step.answer": steps.answer,
        "step.values": steps.values,
        "activity.cancel": changes.cancel,
        "activity.terminate": changes.terminate,
        "locks.release": changes.release,
        "locks.trigger": changes.trigger,
        "locks.flag": changes.flag,
        "locks.keys": lambda: screen.palette_keys.speak("say.keys", ""),
        **_operations(changes),
        "incident.declare": lambda: screen.palette_keys.speak("say.incident", ""),
        "health.mute": lambda: screen.palette_keys.speak("say.mute", ""),
        "timeline.note": lambda: screen.palette_keys.speak("say.note", ""),
    }
