"""What the keys of the host pane do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cockpit.engine.drafts import SIGNALS, signal_process
from cockpit.model.errors import CockpitError
from cockpit.ui.screens.choice import Choice
from cockpit.ui.screens.confirm import ConfirmScreen
from cockpit.ui.screens.host import FoldersSheet, SocketsSheet
from cockpit.ui.spans import Tone

if TYPE_CHECKING:
    from cockpit.ui.screens.main import MainScreen


def host_keys(screen: MainScreen) -> dict[str, Callable[[], None]]:
    """A handler for each key of the host pane."""

    def tree() -> None:
        screen.say(screen.panes.host.show_tree(screen.now()), Tone.DIM)

    return {
        "host.tree": tree,
        "host.sockets": lambda: screen.turn.take("the list of ports", lambda: show_sockets(screen, None), asks=False),
        "host.folders": lambda: screen.turn.take("a question", lambda: _folders(screen)),
        "host.signal": lambda: signal(screen),
    }


async def show_sockets(screen: MainScreen, port: int | None) -> None:
    """Show who listens on a port, or on all.

    Raises:
        CockpitError: when the system does not tell.
    """
    host = screen.session.host if screen.session else None
    if host is None:
        raise CockpitError("the host is not read here", "set `host = true` in the environment")
    screen.app.push_screen(SocketsSheet(await host.sockets(), port, screen.look))


async def _folders(screen: MainScreen) -> None:
    """Ask for a file system, then measure its folders."""
    host, found = (screen.session.host if screen.session else None), screen.panes.host.snapshot()
    mounts = [disk.mount for disk in found.disks] if found else []
    if host is None or not mounts:
        screen.say("no file system is known here", Tone.WARN)
        return
    number = 0
    if len(mounts) > 1:
        chosen = await screen.turn.ask(Choice("Measure the folders of which file system?", mounts, screen.look))
        if chosen is None:
            return
        number = chosen
    screen.app.push_screen(FoldersSheet(host.folders(mounts[number]), mounts[number], screen.look))


def signal(screen: MainScreen) -> None:
    """Choose a signal for the process under the cursor as it is now; the road does the rest."""
    session, chosen = screen.session, screen.panes.host.chosen()
    road = session.road if session else None
    if session is None or road is None:
        screen.say("an observer cannot change anything", Tone.WARN)
        return
    if chosen is None:
        screen.say("no row is selected", Tone.WARN)
        return
    source, process = chosen
    names = list(SIGNALS)

    async def confirm() -> None:
        title = f"Which signal for {screen.look.text(process.name)} ({process.pid})?"
        number = await screen.turn.ask(Choice(title, [f"{n:<5} {SIGNALS[n]}" for n in names], screen.look))
        if number is not None:
            draft = signal_process(source, process, names[number])
            card = ConfirmScreen(road, draft, session.clock, screen.look, lines=screen.low_lines)
            await screen.turn.ask(card)

    screen.turn.take("a confirmation", confirm)
