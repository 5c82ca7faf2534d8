"""What the keys and commands do about the incident: declare, grade, hand over, escalate, resolve, reopen, review."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from cockpit.engine.communication import TRACKER
from cockpit.engine.deeds import text_of
from cockpit.engine.escalation import next_level, pending, policy_for
from cockpit.engine.incident_events import ACTION_ITEM, TICKET
from cockpit.engine.postmortem import post_mortem
from cockpit.engine.postmortem_text import post_mortem_text
from cockpit.engine.stage import runbook_names
from cockpit.engine.todo import read_todo, tracker_address, tracker_draft
from cockpit.model.errors import CockpitError
from cockpit.model.health import Verdict
from cockpit.model.outcomes import OutcomeKind
from cockpit.ui.messages import Messages
from cockpit.ui.screens.ask import Ask
from cockpit.ui.screens.choice import Choice
from cockpit.ui.screens.confirm import ConfirmScreen
from cockpit.ui.screens.declare import Declaration, DeclareSheet
from cockpit.ui.screens.viewer import Viewer
from cockpit.ui.spans import Tone, line

if TYPE_CHECKING:
    from cockpit.engine.session import Session
    from cockpit.model.incident import Incident
    from cockpit.ui.screens.main import MainScreen

SIMPLE_TITLE = 3
"""Checks that a proposed title names."""


class IncidentKeys:
    """Carries out what is done about the incident; only ever built for an operator.

    Args:
        screen: the main screen.
        session: the session.
    """

    def __init__(self, screen: MainScreen, session: Session) -> None:
        self._screen = screen
        self._session = session
        self._messages = Messages(screen, session)
        self._does: dict[str, Callable[[str], Awaitable[None]]] = {
            "say.incident": self._incident,
            "say.grade": self._grade,
            "say.lead": self._lead,
            "say.answered": self._answered,
            "say.tell": self._messages.tell,
            "say.todo": self._todo,
            "say.ticket": self._ticket,
            "say.review": self._review,
            "say.resolve": self._resolve,
            "say.reopen": self._reopen,
        }

    async def carry_out(self, name: str, words: str) -> None:
        """Carry out the command of that entry.

        Raises:
            CockpitError: when it cannot be done.
        """
        await self._does[name](words)

    async def _incident(self, words: str) -> None:
        """Declare one; while one is open, offer what can be done about it."""
        current = self._session.incident.current
        if current is not None and words:
            raise CockpitError(f"{current.id} is still open", "`:resolve` ends it")
        await (self._offer(current) if current is not None else self._declare(words))

    async def _offer(self, incident: Incident) -> None:
        options = [
            ("say.tell", "tell people"),
            ("say.answered", "a level of the escalation has answered"),
            ("say.lead", "hand over the command"),
            ("say.grade", "change the severity"),
            ("say.todo", "note something to do afterwards"),
            ("say.review", "show the post-mortem so far"),
            ("say.resolve", "resolve it"),
        ]
        title = f"{incident.id} {incident.severity} {self._screen.look.text(incident.title)}"
        number = await self._screen.turn.ask(Choice(title, [what for _, what in options], self._screen.look))
        if number is not None:
            await self._does[options[number][0]]("")

    async def _declare(self, words: str) -> None:
        plan, session = self._session.plan, self._session
        first, _, rest = words.partition(" ")
        severity, title = plan.severity(first), words
        if severity:
            title = rest
        service = session.environment.service
        offered = Declaration(
            severity or plan.default,
            title.strip() or proposed_title(session),
            session.actor.partition("@")[0],
            (service,) if service else (),
        )
        wanted: Declaration | None = offered
        if not title.strip():
            wanted = await self._screen.turn.ask(
                DeclareSheet(offered, plan.severity, plan.severities, self._screen.look)
            )
        if wanted is None:
            return
        hide = session.masker.secrets
        services = [hide(service) for service in wanted.services]
        incident = await session.incident.declare(wanted.severity, hide(wanted.title), hide(wanted.commander), services)
        self._screen.say(f"{incident.id} is declared", Tone.WARN)
        self._screen.bring_up_bars()

    async def _grade(self, words: str) -> None:
        incident, plan = self._open(), self._session.plan
        first, _, reason = words.partition(" ")
        severity = plan.severity(first)
        if words and not severity:
            raise CockpitError(f"{first!r} is no severity", f"choose one of {', '.join(plan.severities)}")
        if not severity:
            title = f"{incident.id} is {incident.severity}; what is it now?"
            number = await self._screen.turn.ask(Choice(title, plan.severities, self._screen.look))
            if number is None:
                return
            severity = plan.severities[number]
        if severity == incident.severity:
            raise CockpitError(f"{incident.id} is {severity} already")
        reason = reason.strip() or await self._asked(f"Why is it {severity} now?")
        if reason:
            await self._session.incident.regrade(severity, self._session.masker.secrets(reason))
            self._screen.say(f"{incident.id} is {severity} now", Tone.WARN)

    async def _lead(self, words: str) -> None:
        incident = self._open()
        who = words or await self._asked(
            f"Who leads {incident.id} from now on? ({incident.commander or 'nobody'} does)"
        )
        if who:
            await self._session.incident.hand_over(self._session.masker.secrets(who))
            self._screen.say(f"{who} leads {incident.id}", Tone.OK)

    async def _answered(self, words: str) -> None:
        incident = self._open()
        walk = self._screen.steps.walk if self._screen.steps else None
        policy = policy_for(self._session.plan, incident.severity, runbook_names(walk.run if walk else None))
        waiting = next_level(pending(policy, incident, self._session.clock.now()))
        if waiting is None:
            raise CockpitError("no level of an escalation waits for an answer", "[[escalation]] configures them")
        level = waiting.level
        who = words or await self._asked(f"Who has answered for {level.name} ({level.to or 'nobody is named'})?")
        if who:
            await self._session.incident.answered(level.name, self._session.masker.secrets(who))
            self._screen.say(f"{level.name} has answered: {who}", Tone.OK)

    async def _resolve(self, words: str) -> None:
        incident = self._open()
        note = words or await self._asked(f"How was {incident.id} resolved? The post-mortem keeps it")
        if not note:
            return
        await self._session.incident.resolve(self._session.masker.secrets(note))
        due = self._session.clock.now() + timedelta(seconds=self._session.plan.review_within)
        self._screen.say(f"{incident.id} is over; its review is due by {due:%A %d %B %H:%M}Z", Tone.OK)
        self._screen.bring_up_bars()

    async def _reopen(self, words: str) -> None:
        reason = words or await self._asked("Why is it open again?")
        if reason:
            incident = await self._session.incident.reopen(self._session.masker.secrets(reason))
            self._screen.say(f"{incident.id} is open again", Tone.WARN)

    async def _todo(self, words: str) -> None:
        question = "What is to be done afterwards? @name says who, a date by when"
        item = read_todo(words or await self._asked(question))
        if item.text:
            await self._session.incident.add_action_item(self._session.masker.secrets(item.text), item.owner, item.due)
            self._screen.say("noted for the post-mortem", Tone.OK)

    async def _review(self, words: str) -> None:
        incident, journal = self._open(ended=True), self._session.journal
        entries = await journal.entries() if journal is not None else []
        text = post_mortem_text(
            post_mortem(entries, incident.id, self._session.masker), self._session.plan.review_within
        )
        lines = [line(part) for part in text.splitlines()]
        await self._screen.turn.ask(Viewer(f"Post-mortem of {incident.id}", lines, self._screen.look))

    async def _ticket(self, words: str) -> None:
        incident, journal, road = self._open(ended=True), self._session.journal, self._session.road
        tracker = self._session.plan.tracker
        if not tracker or journal is None or road is None:
            raise CockpitError("there is no tracker", "[incident] tracker names its command or address")
        entries = await journal.entries(incident.id)
        opened = {text_of(entry, "text") for entry in entries if entry.payload.get("event") == TICKET}
        items = [e for e in entries if e.payload.get("event") == ACTION_ITEM and text_of(e, "text") not in opened]
        if not items:
            raise CockpitError(f"{incident.id} has nothing to do that is not opened yet", "`:todo` notes something")
        number = 0
        if len(items) > 1:
            titles = [text_of(item, "text") for item in items]
            chosen = await self._screen.turn.ask(Choice("Open which?", titles, self._screen.look))
            if chosen is None:
                return
            number = chosen
        item = items[number]
        address = tracker_address(tracker, incident, item)
        if address:
            self._screen.app.copy_to_clipboard(address)
            self._screen.say("the address that opens it is copied", Tone.OK)
            return
        draft = tracker_draft(TRACKER, tracker, incident, item, self._session.plan.send_timeout)
        outcome = await self._screen.turn.ask(
            ConfirmScreen(road, draft, self._session.clock, self._screen.look, lines=self._screen.low_lines)
        )
        if outcome is not None and outcome.kind is OutcomeKind.SUCCEEDED:
            await self._session.incident.opened(text_of(item, "text"), outcome.reason, incident.id)

    def _open(self, *, ended: bool = False) -> Incident:
        found = self._session.incident.current or (self._session.incident.last if ended else None)
        if found is None:
            raise CockpitError("there is no incident", "`:incident` declares one")
        return found

    async def _asked(self, question: str) -> str:
        text = await self._screen.turn.ask(Ask(question, self._screen.look))
        return text or ""


def proposed_title(session: Session) -> str:
    """What a check that is critical would call it, "" when none is."""
    results = session.board.health.results
    critical = [r.name for r in results if r.verdict is Verdict.CRIT and not r.muted]
    if not critical:
        return ""
    more = f" and {len(critical) - SIMPLE_TITLE} more" if len(critical) > SIMPLE_TITLE else ""
    verb = "is" if len(critical) == 1 else "are"
    return f"{', '.join(critical[:SIMPLE_TITLE])}{more} {verb} critical"
