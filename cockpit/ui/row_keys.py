"""What keys do with a pane and the row under its cursor, whichever pane it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cockpit.ui.screens.viewer import Viewer
from cockpit.ui.spans import Tone

if TYPE_CHECKING:
    from cockpit.model.readings import SourceId
    from cockpit.ui.panes.base import Pane
    from cockpit.ui.screens.main import MainScreen


def open_row(screen: MainScreen) -> None:
    """Show the row in full."""
    pane = screen.active_pane
    cells = min(104, screen.app.size.width - 10)
    sheet = pane.sheet(screen.now(), cells) if pane else None
    found = pane.detail(screen.now(), cells) if pane and sheet is None else None
    if sheet is not None:
        screen.app.push_screen(sheet)
    elif found is not None:
        screen.app.push_screen(Viewer(found[0], found[1], screen.look))


def copy_row(screen: MainScreen) -> None:
    """Copy the row; a key that runs ahead of a confirmation copies nothing."""
    text = screen.active_pane.copy_text() if screen.active_pane and not screen.turn.taken_by else ""
    if text:
        screen.app.copy_to_clipboard(text)
        screen.say(f"copied {len(text):,} characters", Tone.OK)
    elif not screen.turn.taken_by:
        screen.say("there is nothing to copy in this row", Tone.DIM)


def refresh_pane(screen: MainScreen) -> None:
    """Read the pane's sources now."""
    if screen.session is not None and screen.active_pane is not None:
        for source in _polled(screen, screen.active_pane):
            screen.session.watch.poke(source)


def _polled(screen: MainScreen, pane: Pane) -> list[SourceId]:
    """The sources of a pane that are read from here; who follows reads none."""
    known = screen.session.watch.sources if screen.session is not None else ()
    return [source for source in pane.source_ids() if source in known]


def set_interval(screen: MainScreen, change: Callable[[float], float]) -> None:
    """Read the pane's sources more or less often."""
    pane, session = screen.panes.named(screen.deck.shown), screen.session
    sources = _polled(screen, pane)
    if session is None or not sources:
        screen.say("this pane has no source of its own", Tone.DIM)
        return
    for source in sources:
        session.watch.set_interval(source, change(session.watch.interval(source)))
    screen.say(f"{pane.label} is read every {session.watch.interval(sources[0]):g} s", Tone.DIM)
