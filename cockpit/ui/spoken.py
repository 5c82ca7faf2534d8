"""Commands of the palette that take words."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from cockpit.config.durations import parse_duration
from cockpit.model.errors import CockpitError, JournalError
from cockpit.model.incident import EntryKind
from cockpit.ui.log_keys import COMMANDS, OPERATORS_COMMANDS
from cockpit.ui.row_keys import set_interval
from cockpit.ui.screens.ask import Ask
from cockpit.ui.screens.palette import Entry
from cockpit.ui.spans import Tone
from cockpit.ui.theme import theme_name

if TYPE_CHECKING:
    from cockpit.engine.session import Session
    from cockpit.ui.incident import IncidentKeys
    from cockpit.ui.screens.main import MainScreen

_FOR_ALL = (
    Entry("say.theme", "change the theme", "theme dark | light", "theme"),
    Entry("say.port", "say who listens on a port of this host", "port 3000", "port"),
    Entry("say.every", "set how often the pane's source is read", "every 5s", "every"),
)
_FOR_OPERATOR = (
    Entry("say.incident", "declare an incident, or do something about it", "incident P1 title", "incident"),
    Entry("say.resolve", "resolve the incident", "resolve how", "resolve"),
    Entry("say.reopen", "reopen the incident that ended last", "reopen reason", "reopen"),
    Entry("say.grade", "change the incident's severity", "grade P1 reason", "grade"),
    Entry("say.lead", "hand over the command of the incident", "lead name", "lead"),
    Entry("say.answered", "a level of the escalation has answered", "answered name", "answered"),
    Entry("say.tell", "tell people: status page, customers, the team", "tell", "tell"),
    Entry("say.todo", "note something to do after the incident", "todo text @name date", "todo"),
    Entry("say.ticket", "open something to do in the tracker", "ticket", "ticket"),
    Entry("say.review", "show the post-mortem so far", "review", "review"),
    Entry("say.mute", "mute the check selected in Health, or end its mute", "mute 30m reason", "mute"),
    Entry("say.note", "write a note into the timeline", "note text", "note"),
)
_FOR_UNSETTLED = (
    Entry("say.settle", "say what became of actions that never reported back", "settle what you found", "settle"),
)
_FOR_PROTECTED = (
    Entry("say.unlock", "open this environment for changes for a while", "unlock 10m", "unlock", danger=True),
    Entry("say.lock", "close this environment for changes again", "lock", "lock"),
)
_FOR_SEVERAL = (Entry("say.env", "go to another environment of the configuration", "env NAME", "env"),)
_FOR_REDIS = (Entry("say.keys", "browse the keys of Redis", "keys user:*", "keys"),)
_ABOUT_INCIDENTS = frozenset(
    f"say.{name}"
    for name in ("incident", "resolve", "reopen", "grade", "lead", "answered", "tell", "todo", "ticket", "review")
)


class Spoken:
    """Carries out commands with words.

    Args:
        screen: the main screen.
        session: the session.
    """

    def __init__(self, screen: MainScreen, session: Session) -> None:
        self._screen = screen
        self._session = session
        self._unsettled = session.open_actions
        self._incident: IncidentKeys | None = None

    def entries(self) -> list[Entry]:
        """The commands that this person has here; an observer has none that write."""
        if self._session.road is None:
            return [*_FOR_ALL, *self._for_several(), *COMMANDS, *self._for_redis()]
        protected = _FOR_PROTECTED if self._session.environment.protected else ()
        unsettled = _FOR_UNSETTLED if self._unsettled else ()
        everywhere = (*_FOR_ALL, *self._for_several(), *COMMANDS, *OPERATORS_COMMANDS)
        return [*unsettled, *_FOR_OPERATOR, *protected, *everywhere, *self._for_redis()]

    def _for_several(self) -> tuple[Entry, ...]:
        return _FOR_SEVERAL if len(self._session.environments) > 1 else ()

    def _for_redis(self) -> tuple[Entry, ...]:
        return _FOR_REDIS if self._session.browsers else ()

    async def carry_out(self, name: str, words: str) -> None:
        """Carry out the command of that entry.

        Raises:
            CockpitError: when it cannot be done.
        """
        match name:
            case "say.theme":
                self._screen.app.theme = theme_name(words)
            case "say.every":
                self._every(words)
            case "say.port":
                await self._port(words)
            case "say.env":
                from cockpit.ui.elsewhere import go_elsewhere

                await go_elsewhere(self._screen, self._session, words)
            case _ if name in _ABOUT_INCIDENTS:
                await self._about_incident(name, words)
            case "say.note":
                await self.note(words)
            case "say.mute":
                from cockpit.ui.mutes import mute

                await mute(self._screen, self._session, words)
            case "say.keys":
                await self._keys(words)
            case "say.settle":
                await self._settle(words)
            case "say.unlock":
                await self._unlock(words)
            case "say.lock" if self._session.road is not None:
                self._session.road.policy.lock()
                self._screen.say(f"{self._session.environment.label} is closed for changes", Tone.OK)
            case _:
                from cockpit.ui.log_keys import carry_out

                await carry_out(self._screen, name, words)

    async def note(self, text: str) -> None:
        """Write a note, asking for its text when there is none.

        Raises:
            JournalError: when it cannot be written.
        """
        text = text or await self._asked("What shall the timeline say?")
        if text and self._session.journal is not None:
            masked = self._session.masker.secrets(text)
            await self._session.journal.append(EntryKind.NOTE, {"text": masked}, self._session.incident.id)
            self._screen.say("noted", Tone.OK)

    async def _keys(self, words: str) -> None:
        """Open the key browser, on the server that the first word names or that holds the selected lock."""
        from cockpit.ui.screens.keys import KeySheet, as_pattern

        browsers = self._session.browsers
        named = {source.name: source for source in browsers}
        selected = self._screen.panes.locks.selected()
        source = selected[0] if selected is not None and selected[0] in browsers else next(iter(browsers))
        first, _, rest = words.partition(" ")
        if first in named and len(named) > 1:
            source, words = named[first], rest
        words = words or await self._asked(f"Which keys of {source.name}? A prefix, or a pattern with * in it")
        changes = self._screen.changes
        delete = changes.delete_keys if changes is not None and self._session.road is not None else None
        if words:
            pattern = as_pattern(words)
            self._screen.app.push_screen(KeySheet(source, browsers[source], pattern, self._screen.look, delete))

    async def _settle(self, words: str) -> None:
        """Note what was found out about the actions of an earlier session whose outcome is unknown."""
        found = words or await self._asked("What did you find? The timeline keeps it")
        journal = self._session.journal
        if not found or journal is None:
            return
        for action in self._unsettled:
            text = f"settled: {self._session.masker.secrets(found)}"
            await journal.append(EntryKind.NOTE, {"text": text, "action": action}, self._session.incident.id)
        self._unsettled = ()
        self._screen.notice.put_away()
        self._screen.say("noted; it will not be asked again", Tone.OK)

    async def _about_incident(self, name: str, words: str) -> None:
        from cockpit.ui.incident import IncidentKeys

        if self._session.road is not None:
            self._incident = self._incident or IncidentKeys(self._screen, self._session)
            await self._incident.carry_out(name, words)

    async def _unlock(self, words: str) -> None:
        road, journal = self._session.road, self._session.journal
        if road is None or journal is None:
            return
        label = self._session.environment.label
        try:
            lifetime = timedelta(seconds=parse_duration(words or "10m"))
        except ValueError as error:
            raise CockpitError(str(error)) from error
        typed = await self._asked(f"Type {label} to open it for changes for {words or '10m'}")
        reason = await self._asked("Why? The timeline keeps it") if typed == label else ""
        if typed != label or not reason:
            self._screen.say(f"{label} stays closed", Tone.WARN)
            return
        refusal = road.policy.unlock(typed, lifetime)
        if refusal is not None:
            raise CockpitError(refusal.reason)
        try:
            text = f"unlocked {label} for {words or '10m'}: {self._session.masker.secrets(reason)}"
            await journal.append(EntryKind.ROLE, {"text": text}, self._session.incident.id)
        except JournalError:
            road.policy.lock()
            raise
        self._screen.say(f"{label} is open for changes", Tone.WARN)

    async def _port(self, words: str) -> None:
        from cockpit.ui.host_keys import show_sockets

        given = words or await self._asked("Who listens on which port?")
        if given:
            if not given.isdecimal() or not 0 < int(given) < 65_536:
                raise CockpitError(f"{given!r} is no port", "a port is a number from 1 to 65535")
            await show_sockets(self._screen, int(given))

    def _every(self, words: str) -> None:
        try:
            seconds = parse_duration(words or "2s")
        except ValueError as error:
            raise CockpitError(str(error)) from error
        set_interval(self._screen, lambda before: seconds)

    async def _asked(self, question: str) -> str:
        text = await self._screen.turn.ask(Ask(question, self._screen.look))
        return text or ""
