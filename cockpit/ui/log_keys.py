"""What the keys and commands of the log pane do."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.model.errors import CockpitError, ConfigError
from cockpit.model.incident import EntryKind
from cockpit.ui.screens.palette import Entry
from cockpit.ui.spans import Tone

if TYPE_CHECKING:
    from cockpit.ui.log_travel import LogTravel
    from cockpit.ui.screens.main import MainScreen

Handler = Callable[[], None]
SAVE_DEADLINE = 20.0
"""Seconds after which saving is given up: the file system hangs."""

COMMANDS = (
    Entry("say.at", "logs: go to a time", "at 03:12", "at"),
    Entry("say.ago", "logs: go back by a length of time", "ago 5m", "ago"),
    Entry("say.columns", "logs: show fields as columns, or the text", "columns level msg", "columns"),
    Entry("say.filter", "logs: show only lines that fit, or leave out with !", "filter status>=500", "filter"),
)
OPERATORS_COMMANDS = (Entry("say.save", "logs: save the tagged lines, or all that are shown", "save PATH", "save"),)


def log_handlers(screen: MainScreen) -> dict[str, Handler]:
    """A handler for every binding of the log pane, by its id."""
    keys = _LogKeys(screen)
    return {
        "logs.level": keys.then(screen.panes.logs.next_level),
        "logs.stream": keys.then(screen.panes.logs.next_stream),
        "logs.error_next": lambda: keys.error(1),
        "logs.error_previous": lambda: keys.error(-1),
        "logs.wrap": keys.wrap,
        "logs.stamps": lambda: screen.say(screen.panes.logs.next_stamps(screen.now()), Tone.DIM),
        "logs.context": keys.told(screen.panes.logs.next_context),
        "logs.filter": keys.asking(keys.filters),
        "logs.sources": keys.asking(keys.sources),
        "logs.columns": keys.asking(lambda: keys.columns("")),
        "logs.go": keys.asking(lambda: keys.go("")),
        "logs.news": keys.asking(keys.news),
        "logs.tag_range": keys.then(lambda: screen.panes.logs.log_view.window.tag_range()),
        "logs.bookmark": keys.asking(keys.bookmark),
        "logs.save": keys.asking(lambda: keys.save("")),
        "logs.next_bookmark": keys.next_bookmark,
    }


async def carry_out(screen: MainScreen, name: str, words: str) -> bool:
    """Carry out a command with words; False when it is none of the log pane's.

    Raises:
        CockpitError: when it cannot be done.
    """
    keys = _LogKeys(screen)
    match name:
        case "say.at":
            await keys.go(words)
        case "say.ago":
            await keys.go(f"{words or '5m'} ago")
        case "say.columns":
            keys.choose_columns(words)
        case "say.filter":
            await keys.add_filter(words)
        case "say.save":
            await keys.save(words)
        case _:
            return False
    screen.go_to_pane("logs")
    return True


def _nothing(text: str) -> str:
    return ""


class _LogKeys:
    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._pane = screen.panes.logs

    # --- how handlers are made ---

    def then(self, act: Callable[[], object]) -> Handler:
        """Do it, and bring pane and title up to date."""

        def handler() -> None:
            act()
            self._pane.log_view.redraw()
            self._pane.retitle(self._screen.now())

        return handler

    def told(self, act: Callable[[], str]) -> Handler:
        """Do it, and say how it is now."""
        return self.then(lambda: self._screen.say(act(), Tone.DIM))

    def asking(self, ask: Callable[[], Coroutine[None, None, None]]) -> Handler:
        """Do what asks a question, when there is a session."""

        def handler() -> None:
            if self._screen.session is not None:
                self._screen.turn.take("a question", ask)

        return handler

    async def _asked(self, question: str, default: str = "", objection: Callable[[str], str] = _nothing) -> str | None:
        from cockpit.ui.screens.ask import Ask

        return await self._screen.turn.ask(Ask(question, self._screen.look, default, objection=objection))

    # --- what they do ---

    def error(self, step: int) -> None:
        if not self._pane.next_error(step):
            self._screen.say("no other error, newer than this" if step > 0 else "no other error, older than this")
        self._pane.retitle(self._screen.now())

    def wrap(self) -> None:
        wrapped = self._pane.log_view.wrap()
        self._screen.say("long lines are broken" if wrapped else "long lines are cut; arrows move sideways", Tone.DIM)

    async def filters(self) -> None:
        from cockpit.ui.screens.log_filters import filter_sheet, filters_after

        wish = self._pane.log_view.window.wish
        if not wish.filters:
            await self.add_filter("")
            return
        marked = await self._screen.turn.ask(filter_sheet(wish.filters, self._screen.look))
        if marked is None:
            return
        self._pane.ask(replace(wish, filters=filters_after(wish.filters, marked)))
        if marked.add:
            await self.add_filter("")

    async def add_filter(self, words: str) -> None:
        from cockpit.engine.log_filter import parse_filter

        def objection(text: str) -> str:
            try:
                parse_filter(text)
            except ConfigError as error:
                return str(error)
            return ""

        if not words:
            question = "Show only lines with (! in front leaves out; words, /pattern/, status>=500, level:warn)"
            words = await self._asked(question, objection=objection) or ""
        if words:
            window = self._pane.log_view.window
            self._pane.ask(window.wish.with_filter(parse_filter(words)))

    async def sources(self) -> None:
        from cockpit.ui.screens.log_filters import stream_sheet

        names, wish = self._pane.names(), self._pane.log_view.window.wish
        marked = await self._screen.turn.ask(stream_sheet(names, wish.hidden, self._screen.look))
        if marked is not None:
            hidden = frozenset(name for number, name in enumerate(names) if number not in marked.on)
            self._pane.ask(replace(wish, hidden=hidden))

    async def columns(self, words: str) -> None:
        from cockpit.engine.log_fields import fields_of

        seen: dict[str, None] = {}
        for entry in self._pane.log_view.lines():
            seen.update(dict.fromkeys(fields_of(entry.text)))
        names = " ".join(seen) or "none of these lines has fields"
        question = f"Which fields as columns? ({names})"
        default = " ".join(self._pane.style.columns)
        answer = await self._asked(question[:200], default)
        if answer is not None:
            self.choose_columns(answer)

    def choose_columns(self, words: str) -> None:
        """Show these fields; none shows the text."""
        self._pane.choose_columns(words.replace(",", " ").split())

    async def go(self, words: str) -> None:
        from cockpit.engine.log_moment import moment_ago, moment_at

        if not words:
            question = "Go to which time? (03:12, 03:12:40Z, 2026-11-21 03:12, or 5m ago)"
            words = await self._asked(question) or ""
        if not words:
            return
        from cockpit.ui.present.logs import Stamps

        now, ago = self._screen.now(), words.removesuffix("ago").strip()
        zone = self._pane.style.zone if self._pane.style.stamps is Stamps.LOCAL else now.tzinfo
        at = moment_at(words, now, zone) if ":" in words and zone else moment_ago(ago, now)
        self._travel().go_to(at)

    async def news(self) -> None:
        from cockpit.ui.screens.log_news import LogNews

        session = self._screen.session
        if session is None:
            return
        hidden = self._pane.log_view.window.wish.hidden
        lines = [kept for kept in session.logs.ordered if kept.line.stream not in hidden]
        older = self._travel().lines_before
        chosen = await self._screen.turn.ask(LogNews(lines, self._screen.now(), self._screen.look, older))
        if chosen is not None:
            view = self._pane.log_view
            view.window.leave_past()
            view.window.go_to(chosen, view.size.height)
            view.redraw()

    async def bookmark(self) -> None:
        """Mark the line, and write it into the timeline with a note."""
        session, window = self._screen.session, self._pane.log_view.window
        kept = window.current
        if session is None or session.journal is None or kept is None:
            return
        note = await self._asked("What about this line? The timeline keeps both")
        if note is None:
            return
        entry = kept.line
        line = session.masker.secrets(f"{entry.at:%Y-%m-%d %H:%M:%S}Z {entry.stream}: {entry.text[:500]}")
        text = f"{session.masker.secrets(note)} [{line}]" if note else f"log line: {line}"
        await session.journal.append(EntryKind.NOTE, {"text": text, "log": entry.stream}, session.incident.id)
        self._pane.bookmarks[kept.number] = kept
        self._screen.say("noted", Tone.OK)

    def next_bookmark(self) -> None:
        marks = sorted(self._pane.bookmarks.values())
        view = self._pane.log_view
        if not marks:
            self._screen.say("no line is marked; m marks one", Tone.DIM)
            return
        here = view.window.current
        older = [kept for kept in marks if here is None or kept < here]
        view.window.go_to(older[-1] if older else marks[-1], view.size.height)
        view.redraw()

    async def save(self, words: str) -> None:
        """Save lines to a new file; one that exists is never written over."""
        window, session = self._pane.log_view.window, self._screen.session
        if session is None or session.journal is None:
            return
        chosen = sorted(window.tags.values()) or list(window.all_shown)
        if not words:
            question = f"Save {len(chosen):,} lines to which new file?"
            words = await self._asked(question, objection=_taken) or ""
        if not words:
            return
        look = self._screen.look
        style = "%Y-%m-%dT%H:%M:%S.%f"
        lines = [f"{kept.at.strftime(style)}Z {kept.line.stream} {look.text(kept.line.text)}\n" for kept in chosen]
        path = _path(words)
        from concurrent.futures import ThreadPoolExecutor

        pool = ThreadPoolExecutor(1, "save")
        try:
            async with asyncio.timeout(SAVE_DEADLINE):
                await asyncio.get_running_loop().run_in_executor(pool, _write_new, path, lines)
        except FileExistsError as error:
            raise CockpitError(f"{path} exists already", "choose another name") from error
        except TimeoutError as error:
            raise CockpitError(f"{path} could not be written within {SAVE_DEADLINE:g} s") from error
        except OSError as error:
            raise CockpitError(f"{path} cannot be written: {error.strerror or error}") from error
        finally:
            pool.shutdown(wait=False)
        self._screen.say(f"saved {len(lines):,} lines to {path}", Tone.OK)

    def _travel(self) -> LogTravel:
        return self._pane.travel(self._screen)


def _taken(text: str) -> str:
    return f"{text} exists already; choose another name" if text and _path(text).exists() else ""


def _path(text: str) -> Path:
    return Path(text).expanduser()


def _write_new(path: Path, lines: list[str]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(lines)
