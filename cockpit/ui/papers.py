"""What the keys do on a runbook as a document: its source, its outline, its links, the editor, what has changed."""

from __future__ import annotations

import difflib
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from cockpit.engine.checkout import checkout_of, modified
from cockpit.engine.document import Item, outline, step_at, step_lines
from cockpit.engine.links import Destination, Link, broken, follow, index_links, step_links
from cockpit.model.runbook import Procedure, Runbook, Step
from cockpit.ui.present.runbooks import short_path
from cockpit.ui.spans import Line, Span, Tone, line
from cockpit.ui.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from cockpit.engine.librarian import Blocking
    from cockpit.engine.session import Session
    from cockpit.ui.screens.main import MainScreen

T = TypeVar("T")

DEADLINE = 5.0
"""Seconds for reading a file that a link leads to, or the state of a checkout."""
CHANGED_LINES = 2_000
"""Lines of a difference that are shown."""


class PaperKeys:
    """Shows documents and moves between them.

    Args:
        screen: the main screen.
        session: the session.
    """

    def __init__(self, screen: MainScreen, session: Session) -> None:
        self._screen = screen
        self._session = session
        self._pool: Blocking | None = session.librarian.pool if session.librarian else None
        self.trail: list[tuple[Walk, str]] = []

    # --- the source ---

    def source(self) -> None:
        """Show the text as it is written, at the step."""
        found = self._subject()
        if found is not None:
            book, procedure, step = found
            first = step.line if step else procedure.line if procedure else 0
            self._screen.turn.take("the source", lambda: self._show_source(book, procedure, step, max(1, first)))

    async def _show_source(self, book: Runbook, procedure: Procedure | None, step: Step | None, start: int) -> None:
        from cockpit.ui.screens.source import SourceScreen

        first, last = step_lines(book, procedure, step) if procedure and step else (0, 0)
        cells = min(110, self._screen.app.size.width * 9 // 10) - 4
        title = await self._where(book)
        screen = SourceScreen(
            title, book.text, self._screen.look, first, last, start, cells, editable=self._session.road is not None
        )
        number = await self._screen.turn.ask(screen)
        if number is not None:
            await self._edit(book, number)

    async def _where(self, book: Runbook) -> Line:
        """The file, and where it stands in its checkout."""
        path = Path(book.path)

        def look() -> tuple[str, bool | None] | None:
            checkout = checkout_of(path.parent)
            return (str(checkout), modified(checkout, path)) if checkout is not None else None

        spans = [Span(short_path(path), Tone.TITLE)]
        stands = await self._off_the_loop(look)
        if stands is not None:
            spans.append(Span(f"  {self._screen.look.text(stands[0])}", Tone.DIM))
            spans += [Span(" modified", Tone.WARN)] if stands[1] else []
        return tuple(spans)

    # --- the outline ---

    def outline(self) -> None:
        """Show everything that the document holds, and go where a person chooses."""
        found = self._subject()
        if found is not None:
            self._screen.turn.take("the outline", lambda: self._outline(*found), asks=False)

    async def _outline(self, book: Runbook, procedure: Procedure | None, step: Step | None) -> None:
        from cockpit.ui.screens.contents import Contents, outline_rows

        items = outline(book)
        if not items:
            await self._show_source(book, None, None, 1)
            return
        line_now = step.line if step else procedure.line if procedure else 0
        here = max((n for n, item in enumerate(items) if item.line <= line_now), default=0)
        chosen = await self._screen.turn.ask(
            Contents(book.title, outline_rows(items, self._screen.look), self._screen.look, here)
        )
        if isinstance(chosen, int):
            await self._go_to(book, items[chosen])

    async def _go_to(self, book: Runbook, item: Item) -> None:
        if item.procedure is None:
            await self._show_source(book, None, None, item.line)
            return
        await self._open(book, item.procedure, item.step or step_at(item.procedure, item.line))

    # --- links ---

    def follow(self) -> None:
        """Follow the step's link, or choose among several."""
        found = self._subject()
        if found is None:
            return
        book, procedure, step = found
        links = step_links(step) if step else index_links(book) if procedure is None else ()
        if not links:
            self._screen.say("there is no link here", Tone.DIM)
            return
        self._screen.turn.take("a link", lambda: self._choose_link(book, links), asks=False)

    def open_index(self, book: Runbook) -> None:
        """Show an index page as a list of what it links to."""
        self._screen.turn.take("an index page", lambda: self._index(book), asks=False)

    async def _index(self, book: Runbook) -> None:
        from cockpit.ui.screens.contents import Contents, index_rows

        wrong = frozenset(link.target for link in book.broken_links)
        chosen = await self._screen.turn.ask(
            Contents(book.title, index_rows(book.index, wrong, self._screen.look), self._screen.look)
        )
        if isinstance(chosen, tuple):
            await self._follow(book, str(chosen[1]))

    async def _choose_link(self, book: Runbook, links: tuple[Link, ...]) -> None:
        from cockpit.ui.screens.contents import Contents, link_rows

        target: object = links[0].target
        if len(links) > 1:
            wrong = frozenset(link.target for link in book.broken_links)
            rows = link_rows(links, wrong, self._screen.look)
            target = await self._screen.turn.ask(Contents("Links", rows, self._screen.look))
        if isinstance(target, str):
            await self._follow(book, target)

    async def _follow(self, book: Runbook, target: str) -> None:
        found: Destination | None = await self._off_the_loop(lambda: follow(self._session.library, book, target))
        if found is None:
            self._screen.say(f"{target} was not read within {DEADLINE:g} s", Tone.WARN)
        elif found.procedure is None:
            if found.runbook.index and not found.line:
                await self._index(found.runbook)
            else:
                await self._show_source(found.runbook, None, None, max(1, found.line))
        else:
            step = step_at(found.procedure, found.line) if found.line > found.procedure.line else None
            await self._open(found.runbook, found.procedure, step)

    async def _open(self, book: Runbook, procedure: Procedure, step: Step | None) -> None:
        """Open a procedure and remember from where; one that is open, or was on the way here, goes on as it is."""
        steps = self._screen.steps
        if steps is None:
            return
        here = steps.walk
        if here is not None and here.is_of(book, procedure):
            self._screen.show_walk(here)
        else:
            if here is not None:
                self._remember(here)
            known = next((walk for walk, _ in self.trail if walk.is_of(book, procedure)), None)
            if known is not None:
                self.trail = [entry for entry in self.trail if entry[0] is not known]
                steps.resume(known)
            else:
                await steps.open(book, procedure)
        if step is not None and steps.walk is not None:
            self._to_step(steps.walk, step)

    def _to_step(self, walk: Walk, step: Step) -> None:
        """Stand on a step; of a file that was read again meanwhile, on the one at the same place."""
        same = walk.step(step.id)
        self._screen.sidebar.steps.move_to_key((same or step).id)
        self._screen.update_walk()

    def _remember(self, walk: Walk) -> None:
        row = self._screen.sidebar.steps.current
        self.trail = [entry for entry in self.trail if entry[0] is not walk]
        self.trail.append((walk, str(row.key) if row else ""))

    def go_back(self) -> None:
        """Return to the procedure from which a link was followed."""
        steps = self._screen.steps
        if steps is None:
            return
        if not self.trail:
            self._screen.say("there is nothing to go back to", Tone.DIM)
            return
        walk, step_id = self.trail.pop()
        steps.resume(walk)
        self._screen.sidebar.steps.move_to_key(step_id)
        self._screen.update_walk()

    # --- the editor ---

    def edit(self) -> None:
        """Open the file at the step in the person's editor."""
        found = self._subject()
        if found is not None:
            book, procedure, step = found
            number = step.line if step else procedure.line if procedure else 1
            self._screen.turn.take("the editor", lambda: self._edit(book, number))

    async def _edit(self, book: Runbook, number: int) -> None:
        from cockpit.ui.editor import editor_command, hand_over

        if self._session.road is None:
            self._screen.say("an observer edits nothing", Tone.WARN)
            return
        code = await hand_over(self._screen.app, editor_command(Path(book.path), number))
        if self._session.librarian is not None:
            self._session.librarian.poke()
        if code:
            self._screen.say(f"the editor ended with exit code {code}", Tone.WARN)
        self._screen.refresh(layout=True)

    # --- what has changed ---

    def changes(self) -> None:
        """Show how the file differs from the text that the open run began with."""
        steps = self._screen.steps
        walk = steps.walk if steps else None
        if walk is None:
            return
        now = self._session.library.at(walk.run.runbook.path)
        if now is None and walk.changed():
            self._screen.say("the file is gone or does not read; the run keeps the text it began with", Tone.WARN)
        elif now is None or not walk.changed():
            self._screen.say("the file is as it was when this run began", Tone.DIM)
        else:
            from cockpit.ui.screens.viewer import Viewer

            lines = difference(walk.run.runbook.text, now.text, self._screen.look.text)
            self._screen.app.push_screen(Viewer("Changed since this run began", lines, self._screen.look))

    # --- what all of them stand on ---

    def _subject(self) -> tuple[Runbook, Procedure | None, Step | None] | None:
        """The document under the cursor: that of the open run, or of the procedure in the list."""
        screen = self._screen
        if screen.focused is screen.sidebar.steps and screen.steps is not None and screen.steps.walk is not None:
            found = screen.steps.current()
            run = screen.steps.walk.run
            return run.runbook, run.procedure, found[1] if found else None
        entry = screen.shelf.chosen() if screen.shelf is not None else None
        return (entry.runbook, entry.procedure, None) if entry is not None else None

    async def _off_the_loop(self, call: Callable[[], T]) -> T | None:
        """Run what reads files on the librarian's threads; None when it takes too long."""
        if self._pool is None:
            return call()
        try:
            return await self._pool.run(call, DEADLINE)
        except TimeoutError:
            return None


def difference(before: str, after: str, visible: Callable[[str], str]) -> list[Line]:
    """Two texts compared line by line, as `diff -u` writes it."""
    tones = {"+": Tone.OK, "-": Tone.CRIT, "@": Tone.ACCENT}
    found = difflib.unified_diff(before.split("\n"), after.split("\n"), "when it began", "now", lineterm="")
    lines = [line(visible(text), tones.get(text[:1], Tone.DIM)) for text in islice(found, CHANGED_LINES)]
    return lines or [line("the texts are the same", Tone.DIM)]


def link_remark(book: Runbook, step: Step) -> tuple[str, Tone] | None:
    """What the card says of a step's links, None when it has none."""
    links = step_links(step)
    wrong = [link.target for link in links if broken(book, link.target.partition("#")[0]) or broken(book, link.target)]
    if wrong:
        return f"the link to {wrong[0]} is broken: there is no such file", Tone.WARN
    if not links:
        return None
    more = f" and {len(links) - 1} more" if len(links) > 1 else ""
    return f"l follows the link to {links[0].target}{more}", Tone.DIM
