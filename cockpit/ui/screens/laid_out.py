"""The main screen's parts and where they stand: this half knows sizes and focus, not sessions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.screen import Screen
from textual.widget import Widget

from cockpit.model.incident import EnvironmentFacts, Role
from cockpit.ui.bindings import Scope
from cockpit.ui.deck import Deck
from cockpit.ui.look import PLAIN_LOOK, Look
from cockpit.ui.measures import LEAST_CELLS, LEAST_LINES, SIDEBAR_FROM, TABS_BELOW, sidebar_cells
from cockpit.ui.panes.all import Panes
from cockpit.ui.panes.base import Pane
from cockpit.ui.present.wall import FROM_CELLS, FROM_LINES
from cockpit.ui.present.wall import LINES as WALL_LINES
from cockpit.ui.spans import Line, Span, Tone
from cockpit.ui.wall import Front, WallWish
from cockpit.ui.widgets.find_line import FindLine
from cockpit.ui.widgets.header_bar import HeaderBar
from cockpit.ui.widgets.lines import Lines
from cockpit.ui.widgets.notice import Notice
from cockpit.ui.widgets.sidebar import Sidebar
from cockpit.ui.widgets.step_card import StepCard


class LaidOutScreen(Screen[None], inherit_bindings=False):
    """Header, tabs, sidebar, panes, card, notice, find line, footer.

    Args:
        facts: the environment, for the first picture.
        role: operator or observer.
        wall: for a screen that nobody sits at; None for all others.
    """

    AUTO_FOCUS: ClassVar[str | None] = ""
    """Textual would focus the runbooks first, and that pins their cursor before they are ranked."""

    def __init__(self, facts: EnvironmentFacts, role: Role, wall: WallWish | None = None) -> None:
        super().__init__(id="cockpit")
        self.front = Front(wall) if wall else None
        self.runbook_shown = wall is None
        self.facts = facts
        self.role = role
        self.look: Look = PLAIN_LOOK
        self.panes = Panes()
        self.header = HeaderBar(facts, role)
        self.tab_line = Lines(name="tabs")
        self.sidebar = Sidebar()
        self.deck = Deck(*self.panes)
        self.card = StepCard()
        self.notice = Notice()
        self.find_line = FindLine()
        self.footer = Lines(raised=True, name="footer")
        self.too_small = Lines(name="too-small")
        self.walking = False
        self._drawer_open = False
        if self.front is not None:
            self._untouched(self.front)

    def _untouched(self, front: Front) -> None:
        """Let nothing take the keys, so that no cursor shows."""
        self.deck.front = front.order
        for body in (*(pane.body for pane in self.panes), self.sidebar.runbooks, self.sidebar.steps):
            body.can_focus = False

    def compose(self) -> ComposeResult:
        """All parts."""
        yield self.header
        yield self.tab_line
        with Horizontal(id="main"):
            yield self.sidebar
            with Vertical(id="right"):
                yield self.deck
        yield self.card
        yield self.notice
        yield self.find_line
        yield self.footer
        yield self.too_small

    def now(self) -> datetime:
        """UTC now."""
        return datetime.now(UTC)

    @property
    def wide(self) -> bool:
        """Whether the sidebar stands beside the panes."""
        return self.app.size.width >= (SIDEBAR_FROM if self.front is None else TABS_BELOW)

    @property
    def drawer_open(self) -> bool:
        """Whether the sidebar lies over the panes."""
        return self._drawer_open and not self.wide

    @property
    def card_lines(self) -> int:
        """Lines of the step card."""
        height = self.app.size.height
        return 8 if height < 30 else 12 if height < 56 else 15

    @property
    def header_lines(self) -> int:
        """Lines of the header: a wall's is large where there is room."""
        size = self.app.size
        large = self.front is not None and size.width >= FROM_CELLS and size.height >= FROM_LINES
        return WALL_LINES if large else 1

    @property
    def low_lines(self) -> int:
        """Lines of card and footer together, which a confirmation covers."""
        return self.card_lines + 1 if self.card.has_class("shown") else 0

    @property
    def sidebar_cells(self) -> int:
        """Cells of the sidebar."""
        width = self.app.size.width
        return sidebar_cells(width) if self.front is None or not self.wide else max(40, width * 27 // 100)

    @property
    def active_pane(self) -> Pane | None:
        """The pane whose body has the focus."""
        return next((pane for pane in self.panes if pane.body is self.focused), None)

    @property
    def in_sidebar(self) -> bool:
        """Whether one of the sidebar's lists has the focus."""
        return self.focused in (self.sidebar.runbooks, self.sidebar.steps)

    def scopes(self) -> tuple[Scope, ...]:
        """The scopes that are valid now, the narrowest first."""
        pane = self.active_pane
        if self.focused is self.sidebar.steps:
            return (Scope.STEPS, Scope.TABLE, Scope.GLOBAL)
        if self.focused is self.sidebar.runbooks:
            return (Scope.RUNBOOKS, Scope.TABLE, Scope.GLOBAL)
        if pane is None:
            return (Scope.GLOBAL,)
        return tuple(dict.fromkeys((pane.scope, Scope.TABLE, Scope.PANE, Scope.GLOBAL)))

    def on_resize(self, event: Resize) -> None:
        """Lay everything out anew."""
        self.lay_out()

    def lay_out(self) -> None:
        """Decide what is shown where, for the size as it is."""
        width, height = self.app.size.width, self.app.size.height
        small = width < LEAST_CELLS or height < LEAST_LINES
        self._say_too_small(small, width, height)
        if small:
            return
        zoomed = self.deck.zoomed
        self.sidebar.set_class(not self.wide, "drawer")
        self.sidebar.set_class(self.drawer_open, "open")
        hidden = zoomed and self.wide and not self.in_sidebar
        self.sidebar.set_class(hidden or (self.wide and not self.runbook_shown), "hidden")
        self.sidebar.set_class(self.walking, "walking")
        tabs = width < TABS_BELOW and self.front is None
        self.header.styles.height = self.header_lines
        self.footer.display = self.front is None
        self.tab_line.set_class(tabs, "shown")
        card_lines = self.card_lines
        rows = len(self.sidebar.runbooks.state.rows)
        self.sidebar.share(min(max(3, rows + 2), max(5, height // 4)) if self.walking else 0)
        card = self.walking and not zoomed and (self.runbook_shown or self.drawer_open)
        self.card.set_class(card, "shown")
        self.card.styles.height = card_lines
        taken = self.header_lines + int(self.front is None) + int(tabs) + (card_lines if card else 0)
        taken += int(self.notice.has_class("shown")) + int(self.find_line.has_class("shown"))
        self.sidebar.styles.width = self.sidebar_cells
        beside = self.sidebar_cells if self.wide and not self.sidebar.has_class("hidden") else 0
        before = set(self.deck.visible_names)
        self.deck.arrange_panes(width - beside, max(3, height - taken), one=tabs)
        for name in set(self.deck.visible_names) - before:
            self.panes.named(name).changed(self.now())
        self._keep_focus()
        self._show_tabs()

    def go_to_pane(self, name: str) -> None:
        """Show a pane and give it the keys."""
        self.deck.shown = name
        self._drawer_open = False
        self.lay_out()
        self.set_focus(self.panes.named(name).body)

    def go_to_sidebar(self) -> None:
        """Give the keys to the steps, else the runbooks; from the one to the other."""
        self._drawer_open = True
        if self.deck.zoomed:
            self.deck.zoomed = False
        steps_next = self.walking and self.focused is not self.sidebar.steps
        target = self.sidebar.steps if steps_next else self.sidebar.runbooks
        self.lay_out()
        self.set_focus(target)

    def cycle(self, step: int) -> None:
        """Give the keys to the next part that takes them."""
        stops: list[Widget] = [pane.body for pane in self.panes if pane.display]
        if len(stops) == 1 and not self.wide:
            names = [str(pane.id) for pane in self.panes]
            self.go_to_pane(names[(names.index(self.deck.shown) + step) % len(names)])
            return
        if self.wide or self.drawer_open:
            stops += [self.sidebar.runbooks] + ([self.sidebar.steps] if self.walking else [])
        here = stops.index(self.focused) if self.focused in stops else -step
        self.set_focus(stops[(here + step) % len(stops)])

    def zoom(self) -> None:
        """Give the pane all the room, or take it back."""
        pane = self.active_pane
        if pane is not None:
            self.deck.shown = str(pane.id)
            self.deck.zoomed = not self.deck.zoomed
            self.lay_out()

    def toggle_runbook(self) -> None:
        """On a wall, show or hide the runbooks and the steps of the open one."""
        if self.wide:
            self.runbook_shown = not self.runbook_shown
        else:
            self._drawer_open = not self._drawer_open
        self.lay_out()

    def open_drawer(self) -> None:
        """Let the sidebar lie over the panes where it does not stand beside them, from the next layout on."""
        self._drawer_open = True

    def close_drawer(self) -> bool:
        """Put the drawer away; False when it was not open."""
        was_open = self.drawer_open
        self._drawer_open = False
        if was_open:
            self.lay_out()
            self.set_focus(self.panes.named(self.deck.shown).body)
        return was_open

    def _keep_focus(self) -> None:
        """Never leave the keys with something that is not on the screen, nor on a wall with anything."""
        if self.front is not None:
            self.set_focus(None)
            return
        pane = self.active_pane
        hidden = pane is not None and not pane.display
        astray = self.in_sidebar and not self.wide and not self.drawer_open
        steps_gone = self.focused is self.sidebar.steps and not self.walking
        if hidden or astray or steps_gone:
            visible = self.deck.visible_names
            name = self.deck.shown if self.deck.shown in visible else visible[0]
            self.set_focus(self.panes.named(name).body)

    def _show_tabs(self) -> None:
        """Name the panes that are not on the screen, where they can be reached by number."""
        visible = self.deck.visible_names
        hidden = [pane for pane in self.panes if pane.id not in visible]
        gap = "  " if self.app.size.width >= 84 else " "
        spans: list[Span] = [Span(" 0", Tone.KEY), Span(" Runbooks", Tone.DIM)]
        for pane in self.panes:
            here = pane.id in visible
            label = pane.label.removeprefix("Cron ").capitalize()
            spans.append(Span(f"{gap}{pane.number}", Tone.KEY))
            spans.append(Span(f" {label}", Tone.TITLE if here else Tone.DIM))
        self.tab_line.show([tuple(spans)])
        if self.front is not None:
            return
        beside = "" if self.tab_line.has_class("shown") or self.deck.zoomed else visible[-1] if visible else ""
        for pane in self.panes:
            pane.tabs = tuple(f"{other.number} {other.label}" for other in hidden) if pane.id == beside else ()

    def _say_too_small(self, small: bool, width: int, height: int) -> None:
        text: Line = (Span(f"the cockpit needs {LEAST_CELLS}x{LEAST_LINES}, this is {width}x{height}", Tone.WARN),)
        self.too_small.show([text] if small else [])
        self.too_small.display = small
        for part in (self.header, self.query_one("#main")):
            part.display = not small
        self.footer.display = not small and self.front is None
        if small:
            self.card.remove_class("shown")
            self.tab_line.remove_class("shown")
