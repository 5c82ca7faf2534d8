"""Telling people: a template is filled in, edited, and copied or sent down the one road."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.engine.communication import fields_of, filled, message_draft, open_fields
from cockpit.model.errors import CockpitError
from cockpit.model.outcomes import OutcomeKind
from cockpit.ui.screens.choice import Choice
from cockpit.ui.screens.confirm import ConfirmScreen
from cockpit.ui.screens.message import MessageSheet, Written
from cockpit.ui.spans import Tone

if TYPE_CHECKING:
    from cockpit.engine.incident_plan import MessageTemplate
    from cockpit.engine.session import Session
    from cockpit.model.incident import Incident
    from cockpit.ui.screens.main import MainScreen


class Messages:
    """Keeps what was written and not sent.

    Args:
        screen: the main screen.
        session: the session.
    """

    def __init__(self, screen: MainScreen, session: Session) -> None:
        self._screen = screen
        self._session = session
        self._drafts: dict[tuple[str, str], Written] = {}

    async def tell(self, words: str) -> None:
        """Write a message, then copy or send it.

        Args:
            words: the beginning of a template's name; a choice is offered when empty.

        Raises:
            CockpitError: when there is no incident or no such template.
        """
        incident = self._session.incident.current or self._session.incident.last
        if incident is None:
            raise CockpitError("there is no incident", "`:incident` declares one")
        template = await self._template(words)
        if template is None:
            return
        written = await self._write(incident, template)
        if written is None or written.send is None:
            return
        await (self._send(incident, template, written) if written.send else self._copy(template, written))

    async def _template(self, words: str) -> MessageTemplate | None:
        templates = self._session.plan.templates
        if words:
            found = [one for one in templates if one.name.casefold().startswith(words.casefold())]
            if not found:
                raise CockpitError(f"there is no template {words!r}", f"choose one of {_names(templates)}")
            return found[0]
        number = await self._screen.turn.ask(
            Choice("Tell people what?", [one.name for one in templates], self._screen.look)
        )
        return None if number is None else templates[number]

    async def _write(self, incident: Incident, template: MessageTemplate) -> Written | None:
        session, key = self._session, (incident.id, template.name)
        kept = self._drafts.get(key)
        if kept is None:
            done = await session.journal.entries(incident.id) if session.journal is not None else []
            fields = fields_of(incident, session.plan, session.board, done, session.clock.now())
            kept = Written(filled(template.title, fields), filled(template.text, fields), None)
        sheet = MessageSheet(
            template.name, kept.title, kept.text, open_fields, self._screen.look, sends=bool(self._targets(template))
        )
        written = await self._screen.turn.ask(sheet)
        if written is not None:
            hide = session.masker.secrets
            written = Written(hide(written.title), hide(written.text), written.send)
            self._drafts[key] = written
            if written.send is None:
                self._screen.say("kept as it is, for later", Tone.DIM)
        return written

    def _targets(self, template: MessageTemplate) -> tuple[str, ...]:
        return template.to or self._session.plan.targets

    async def _copy(self, template: MessageTemplate, written: Written) -> None:
        whole = _whole(written)
        self._screen.app.copy_to_clipboard(whole)
        await self._told(template, whole, "copied")
        self._screen.say(f"copied {len(whole):,} characters; the timeline has it as told", Tone.OK)

    async def _send(self, incident: Incident, template: MessageTemplate, written: Written) -> None:
        road, targets = self._session.road, self._targets(template)
        if road is None:
            raise CockpitError("an observer sends nothing")
        number: int | None = 0
        if len(targets) > 1:
            number = await self._screen.turn.ask(Choice("Send it where?", targets, self._screen.look))
        if number is None:
            return
        target = targets[number]
        draft = message_draft(target, written.title, written.text, self._session.plan.send_timeout)
        outcome = await self._screen.turn.ask(
            ConfirmScreen(road, draft, self._session.clock, self._screen.look, lines=self._screen.low_lines)
        )
        if outcome is None:
            return
        if outcome.kind is OutcomeKind.SUCCEEDED:
            await self._told(template, _whole(written), f"sent to {target}")
            self._drafts.pop((incident.id, template.name), None)
        elif outcome.kind is OutcomeKind.UNKNOWN:
            await self._told(template, _whole(written), f"perhaps sent to {target}, its answer was lost")

    async def _told(self, template: MessageTemplate, text: str, how: str) -> None:
        await self._session.incident.told(template.name, text, how)


def _whole(written: Written) -> str:
    return f"{written.title}\n\n{written.text}" if written.title else written.text


def _names(templates: tuple[MessageTemplate, ...]) -> str:
    return ", ".join(template.name for template in templates)
