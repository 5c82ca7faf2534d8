"""The main screen: keys go through the registry, changes through the road, and one thing at a time."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual import on
from textual.events import DescendantFocus, Key
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from cockpit.model.errors import CockpitError
from cockpit.model.incident import EnvironmentFacts, Role
from cockpit.model.text import clean
from cockpit.ui.bindings import KeyBinding
from cockpit.ui.changes import PaneChanges
from cockpit.ui.commands import Handler, handlers
from cockpit.ui.feed import Feed
from cockpit.ui.find_keys import FindKeys
from cockpit.ui.followed import Followed
from cockpit.ui.keyline import KeyLine, Ready
from cockpit.ui.keymap import Keymap
from cockpit.ui.look import look_of
from cockpit.ui.palette_keys import PaletteKeys
from cockpit.ui.panes.base import TablePane
from cockpit.ui.papers import PaperKeys
from cockpit.ui.present.footer import enter_says, footer_line, help_lines
from cockpit.ui.present.runbooks import step_rows
from cockpit.ui.screens.laid_out import LaidOutScreen
from cockpit.ui.screens.sheet import key_name
from cockpit.ui.screens.viewer import Viewer
from cockpit.ui.shapes import ASCII
from cockpit.ui.shelf import Shelf
from cockpit.ui.spans import Span, Tone
from cockpit.ui.spoken import Spoken
from cockpit.ui.spotlit import scene_of
from cockpit.ui.steps import StepKeys
from cockpit.ui.turn import Turn
from cockpit.ui.walk import Walk, enter_word
from cockpit.ui.wall import KEYS, WallWish, bring_forward
from cockpit.ui.widgets.line_table import LineTable

if TYPE_CHECKING:
    from cockpit.engine.session import Session

_NOT_IN_LOGS = frozenset({"table.take", "table.sort", "table.sort_other_way"})
_PLACES = {"locks": "locks", "backends": "activity", "containers": "services"}
"""The pane from which an input of that source takes its value."""


class MainScreen(LaidOutScreen):
    """What the person works on.

    Args:
        facts: the environment, for the first picture.
        role: operator or observer.
        keys: those that were pressed and wait for their turn.
        wall: for a screen that nobody sits at; None for all others.
    """

    def __init__(self, facts: EnvironmentFacts, role: Role, keys: KeyLine, wall: WallWish | None = None) -> None:
        super().__init__(facts, role, wall)
        self.session: Session | None = None
        self.feed: Feed | None = None
        self.steps: StepKeys | None = None
        self.shelf: Shelf | None = None
        self.papers: PaperKeys | None = None
        self.changes: PaneChanges | None = None
        self.spoken: Spoken | None = None
        self.followed: Followed | None = None
        self.keymap = Keymap(role)
        self.turn = Turn(self)
        self.ready = False
        self.keys = keys
        self.find_keys = FindKeys(self)
        self.palette_keys = PaletteKeys(self)
        self.handlers: dict[str, Handler] = handlers(self)

    def on_mount(self) -> None:
        """Paint the frame from what is known already."""
        self.lay_out()
        self.set_focus(self.panes.health.body)
        for pane in self.panes:
            pane.retitle(self.now())
        self.bring_up_bars()
        self.set_interval(1.0, self._tick)
        self.ready = True
        self.post_message(Ready())

    def attach(self, session: Session) -> None:
        """Show this session from now on.

        Raises:
            ConfigError: when the user's key bindings clash.
        """
        self.keymap = Keymap(session.role, session.keys)
        self.session = session
        self.look = look_of(session)
        self.app.set_class(session.ascii, "ascii")
        self.steps, self.changes = StepKeys(self, session), PaneChanges(self, session)
        self.spoken = Spoken(self, session)
        self.shelf, self.papers = Shelf(self, session), PaperKeys(self, session)
        self.followed = Followed(self, session.following) if session.following is not None else None
        self.handlers = handlers(self)
        sidebar = self.sidebar
        for part in (sidebar.runbooks, sidebar.runbooks_title, sidebar.steps, sidebar.steps_title):
            part.shapes = self.look.shapes
        for pane in self.panes:
            pane.attach(session)
        self.feed = Feed(self, session)
        self.feed.start()
        if session.librarian is not None:
            session.librarian.changed = self.shelf.library_changed
            session.librarian.start()
        if session.unresolved:
            more = f" (and {len(session.unresolved) - 1} more)" if len(session.unresolved) > 1 else ""
            self.say(f"{session.unresolved[0]}{more}", Tone.CRIT, lasting=True)

    def _tick(self) -> None:
        """Let the clocks go on, also while the session is still being opened."""
        if self.steps is not None and self.steps.tokens():
            self.launch(self.steps.forget_expired())
        if self.feed is not None:
            self.feed.tick()
            if self.front is not None:
                bring_forward(self, self.front)
        else:
            self.bring_up_bars()

    def now(self) -> datetime:
        """UTC now, by the session's clock once there is one."""
        return self.session.clock.now() if self.session else datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds on the session's clock that never goes back."""
        return self.session.clock.monotonic() if self.session else 0.0

    def say(self, text: str, tone: Tone = Tone.PLAIN, *, lasting: bool = False) -> None:
        """Show one sentence above the footer."""
        shown = self.notice.has_class("shown")
        if self.notice.lasting and not lasting and tone in (Tone.DIM, Tone.OK):
            return
        self.notice.say(clean(text), tone, self.monotonic(), lasting=lasting)
        if not shown:
            self.lay_out()

    def launch(self, work: Coroutine[None, None, None]) -> None:
        """Let something go on beside the keys; what goes wrong is said, never fatal."""
        self.run_worker(self._guarded(work), exit_on_error=False)

    async def _guarded(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except CockpitError as error:
            self.say(str(error), Tone.CRIT)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of the cockpit itself is said, not hidden."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.say(f"the cockpit itself failed: {type(event.worker.error).__name__}", Tone.CRIT)

    def find_binding(self, key: str) -> KeyBinding | None:
        """What a key means now."""
        binding = self.keymap.find(key, self.scopes())
        if self.front is not None and binding is not None and binding.id not in KEYS:
            return None
        logs = self.active_pane is self.panes.logs
        return None if binding is None or (logs and binding.id in _NOT_IN_LOGS) else binding

    def valid_bindings(self) -> list[KeyBinding]:
        """The keys that mean something now."""
        logs = self.active_pane is self.panes.logs
        found = self.keymap.valid(self.scopes())
        if self.front is not None:
            found = [binding for binding in found if binding.id in KEYS]
        return [b for b in found if b.id in self.handlers and not (logs and b.id in _NOT_IN_LOGS)]

    async def take_key(self, event: Key) -> None:
        """Send a key to its handler; keys that run ahead of a question wait for it."""
        if self.focused is self.find_line:
            await self.find_keys.take_key(event)
        elif not self.turn.keep(event):
            self._dispatch(event)

    def _dispatch(self, event: Key) -> None:
        binding = self.find_binding(key_name(event))
        if binding is not None:
            self.invoke(binding.id)

    def invoke(self, name: str) -> None:
        """Do what a binding stands for, if this person has it."""
        handler = self.handlers.get(name)
        if handler is not None and any(binding.id == name for binding in self.keymap.bindings):
            handler()

    @on(DescendantFocus)
    def focus_moved(self) -> None:
        """The keys that are valid now are others; the edges show where they go."""
        for pane in self.panes:
            if pane.display:
                pane.retitle(self.now())
        if self.active_pane is not None:
            self.deck.shown = str(self.active_pane.id)
        self.retitle_sidebar()
        self.bring_up_bars()

    def bring_up_bars(self) -> None:
        """Header, card, notice and footer as they are now."""
        now = self.now()
        self.header.run = self.steps.walk.run if self.steps and self.steps.walk else None
        self.header.bring_up(self.session, now, self.steps.tokens() if self.steps else ())
        lasting = self.notice.has_class("shown")
        self.notice.tick(self.monotonic())
        if lasting and not self.notice.has_class("shown"):
            self.lay_out()
        ascii_only = self.look.shapes is ASCII
        bindings = self.valid_bindings()
        found = self.steps.current() if self.steps else None
        if found is not None:
            bindings = enter_says(bindings, enter_word(*found))
        self.footer.show([footer_line(bindings, self.app.size.width, ascii_only=ascii_only)])
        self.update_card()
        if self.session is not None and self.followed is None:
            self.session.spotlight.scene = scene_of(self)
        elif self.followed is not None:
            self.followed.bring_up()

    def retitle_sidebar(self) -> None:
        """The titles of the sidebar's two frames."""
        sidebar, lit = self.sidebar, Tone.FRAME_LIT
        edge = lit if sidebar.runbooks.has_focus else Tone.FRAME
        tail = self.shelf.title() if self.shelf else ()
        sidebar.runbooks_title.show((Span("0 ", Tone.KEY), Span("Runbooks", Tone.TITLE), *tail), edge=edge)
        walk = self.steps.walk if self.steps else None
        if walk is not None:
            steps = walk.run.procedure.steps
            done = sum(1 for step in steps if walk.run.record(step).state.value not in ("pending", "running"))
            right = (Span(f"{done}/{len(steps)}", Tone.DIM),)
            edge = lit if sidebar.steps.has_focus else Tone.FRAME
            trail = self.papers.trail if self.papers else []
            crumbs = "".join(f"{before.run.procedure.title} {self.look.shapes.arrow} " for before, _ in trail[-2:])
            title = (Span(crumbs, Tone.DIM), Span(walk.run.procedure.title, Tone.TITLE))
            sidebar.steps_title.show(title, right, edge=edge)

    # --- the open run ---

    def show_walk(self, walk: Walk | None) -> None:
        """Show a run's steps and card, or take them away."""
        self.walking = walk is not None
        self._drawer_open = walk is not None
        self.deck.zoomed = False
        self.lay_out()
        if walk is None:
            self.set_focus(self.sidebar.runbooks if self.wide else self.panes.health.body)
            return
        self.update_walk()
        self.sidebar.steps.move_to(0)
        self.set_focus(self.sidebar.steps)
        self.call_after_refresh(self.update_card)

    def update_walk(self) -> None:
        """Steps and card as they are now."""
        if self.steps is not None and self.steps.walk is not None:
            self.sidebar.steps.set_rows(step_rows(self.steps.walk.run, self.look))
            self.retitle_sidebar()
            self.update_card()

    def update_card(self) -> None:
        """The card of the step under the cursor."""
        if self.followed is not None:
            self.followed.bring_up_card()
            return
        found = self.steps.current() if self.steps else None
        if self.walking:
            self.card.bring_up(found[0].view(found[1]) if found else None, self.now(), self.look)

    def go_to_next_step(self) -> None:
        """Put the cursor on the first step that is left."""
        self.update_walk()
        if self.steps is not None and self.steps.walk is not None:
            following = self.steps.walk.run.next_step
            if following is not None:
                self.sidebar.steps.move_to_key(following.id)
            else:
                self.say("every step is settled", Tone.OK)

    def go_to_step(self, step_id: str) -> None:
        """Put keys and cursor on a step of the open run."""
        self.update_walk()
        self.set_focus(self.sidebar.steps)
        self.sidebar.steps.move_to_key(step_id)
        self.update_walk()

    def open_procedure(self) -> None:
        """Open the procedure under the cursor; the one that is open is only shown."""
        found = self.shelf.chosen() if self.shelf is not None else None
        if found is None or self.shelf is None or self.steps is None or self.papers is None:
            return
        book, procedure, walk, steps = found.runbook, found.procedure, self.steps.walk, self.steps
        self.shelf.end_search()
        self.sidebar.runbooks.move_to_key(found.key)
        if procedure is None:
            self.papers.open_index(book)
        elif walk is not None and walk.is_of(book, procedure):
            self.set_focus(self.sidebar.steps)
        else:
            self.papers.trail.clear()
            self.turn.take("a runbook", lambda: steps.open(book, procedure), asks=False)

    @property
    def open_key(self) -> tuple[str, str]:
        """The identity of the open procedure, as rows of the sidebar have it; empty words when none is open."""
        walk = self.steps.walk if self.steps else None
        return (walk.run.runbook.path, walk.run.procedure.slug) if walk else ("", "")

    def argument_for(self, source: str) -> str:
        """The value of the selected row in the pane that an input's source names, else in the pane shown last."""
        return self.panes.named(_PLACES.get(source, self.deck.shown)).argument()

    def taken_at(self, source: str) -> datetime | None:
        """UTC time of the oldest reading behind the offers of an input's source, None when there is none."""
        readings = self.panes.named(_PLACES.get(source, self.deck.shown)).readings()
        return min((reading.taken_at for reading in readings if reading.taken_at), default=None)

    @on(LineTable.Moved)
    def row_moved(self, event: LineTable.Moved) -> None:
        """The card follows the cursor on the steps."""
        if event.table is self.sidebar.steps:
            self.bring_up_bars()

    @on(LineTable.Chosen)
    def row_chosen(self, event: LineTable.Chosen) -> None:
        """A double click is Enter."""
        binding = self.find_binding("enter")
        if binding is not None and binding.id != "step.run":
            self.invoke(binding.id)

    @on(Input.Changed, "#prompt")
    def find_changed(self) -> None:
        """Find while typing."""
        self.find_keys.changed()

    # --- what the keys everywhere do ---

    def back(self) -> bool:
        """Leave the innermost thing that is open; False when nothing is."""
        pane = self.active_pane
        if self.notice.lasting:
            self.notice.put_away()
            self.lay_out()
        elif pane is not None and pane.needle():
            pane.find("")
            pane.retitle(self.now())
        elif pane is not None and isinstance(pane, TablePane) and pane.table.state.tags:
            pane.table.clear_tags()
        elif self.deck.zoomed:
            self.deck.zoomed = False
            self.lay_out()
        else:
            return self.close_drawer()
        return True

    def back_or_quit(self) -> None:
        """Leave what is open, else the cockpit, unless an action is under way."""
        road = self.session.road if self.session else None
        if self.back():
            return
        if road is not None and road.busy:
            self.say("an action is still being carried out", Tone.WARN)
            return
        self.app.exit()

    def open_help(self) -> None:
        """Show the keys that are valid now."""
        lines = help_lines(self.valid_bindings(), ascii_only=self.look.shapes is ASCII)
        self.app.push_screen(Viewer("Keys that are valid now", lines, self.look))
