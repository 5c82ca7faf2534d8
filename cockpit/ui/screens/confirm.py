"""The confirmation: a modal at the bottom that asks before anything is changed, and shows what became of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key

from cockpit.engine.confirmation import ARMING, Confirmation, Response
from cockpit.engine.steps.live import Live, watched
from cockpit.model.actions import Action, Draft, Refusal, Requirement
from cockpit.model.errors import CockpitError
from cockpit.model.outcomes import Outcome
from cockpit.model.ports import Clock
from cockpit.model.risk import Risk
from cockpit.ui.look import Look
from cockpit.ui.present.question import (
    RUNNING_LINES,
    age_words,
    keeping_demand,
    keeping_lines,
    outcome_lines,
    question_lines,
    refused_lines,
    running_lines,
    waiting_lines,
)
from cockpit.ui.present.verdicts import risk_word
from cockpit.ui.screens.sheet import Sheet
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line
from cockpit.ui.widgets.frame_title import FrameTitle
from cockpit.ui.widgets.lines import Lines

if TYPE_CHECKING:
    from cockpit.engine.road import Road

Conclude = Callable[[Outcome], Awaitable[str]]
"""Told the outcome; returns what the verify step says, "" when there is none."""


_ONLY_CLOSE = ("enter", "escape", "space", "y", "n", "ctrl+c")
"""Keys that close an outcome and mean no more than that; every other one goes on to the screen behind."""


class Stage(Enum):
    """How far it is."""

    LOOKING = "looking"
    ASKING = "asking"
    ACTING = "acting"
    KEEPING = "keeping"
    TOLD = "told"


async def nothing(outcome: Outcome) -> str:
    """Conclude nothing."""
    return ""


def _nothing_yet() -> None:
    """Nothing has to be done before the action."""


class ConfirmScreen(Sheet[Outcome | None]):
    """Looks at the target, asks, carries the action out, and shows the outcome until a key is pressed.

    Args:
        road: the one road.
        draft: what was asked for; its target was captured at the key press.
        clock: judges key presses.
        look: shapes and masking.
        conclude: told the outcome.
        lines: lines that it covers at least, so that nothing half-hidden shows above it.
    """

    takes_keys_ahead = False

    def __init__(
        self,
        road: Road,
        draft: Draft,
        clock: Clock,
        look: Look,
        conclude: Conclude = nothing,
        lines: int = 0,
    ) -> None:
        super().__init__(look.shapes)
        self._least_lines = lines
        self.stage = Stage.LOOKING
        self.action: Action | None = None
        self.confirmation: Confirmation | None = None
        self.outcome: Outcome | None = None
        self._road = road
        self.draft = draft
        self._clock = clock
        self._look = look
        self._conclude = conclude
        self._live = Live(look.masker)
        self._shown = 0
        self.begin: Callable[[], None] = _nothing_yet
        self._quiet_since = clock.monotonic()
        self._scroll = 0
        self.frame = FrameTitle()
        self.body = Lines()

    def compose(self) -> ComposeResult:
        """Frame and card."""
        with Vertical(id="confirm"):
            yield self.frame
            yield self.body

    def on_mount(self) -> None:
        """Begin to look at the target."""
        self.frame.shapes = self.shapes
        self._draw()
        self.set_interval(1.0, self._let_time_show)
        self.set_interval(0.25, self._let_action_show)
        self.run_worker(self._prepare(), exit_on_error=False)

    def on_resize(self) -> None:
        """Fit the new size."""
        self._draw()

    def pressed(self, key: str, event: Key) -> bool:
        """Judge a key by the clock at this moment."""
        at = self._clock.monotonic()
        if self.stage is Stage.TOLD:
            if at - self._quiet_since >= ARMING:
                self.handed_on = None if key in _ONLY_CLOSE else event
                self.dismiss(self.outcome)
            self._quiet_since = at
        elif self.stage is Stage.LOOKING and key in ("escape", "ctrl+c", "n"):
            self.dismiss(None)
        elif self.stage is Stage.ASKING and self.confirmation is not None:
            self._judge(self.confirmation, key, event, at)
        elif self.stage is Stage.KEEPING:
            self._keep_or_drop(key, at)
        elif self.stage is Stage.ACTING and key in ("x", "ctrl+c"):
            self._live.stop()
        return True

    def _keep_or_drop(self, key: str, at: float) -> None:
        """`y` commits, as armed as it was for the question; n and Esc roll back."""
        armed, self._quiet_since = at - self._quiet_since >= ARMING, at
        if key in ("n", "escape", "ctrl+c"):
            self._live.decide(keep=False)
        elif key == "y" and armed:
            self._live.decide(keep=True)

    def _let_action_show(self) -> None:
        """Show output as it comes in, and a change that waits to be committed."""
        if self.stage is Stage.ACTING and self._live.open_change is not None:
            self.stage, self._quiet_since, self._scroll = Stage.KEEPING, self._clock.monotonic(), 0
            self._draw()
        elif self.stage is Stage.KEEPING and self._live.open_change is None:
            self.stage = Stage.ACTING
            self._draw()
        elif self.stage is Stage.ACTING and self._live.total != self._shown:
            self._draw()

    def _judge(self, confirmation: Confirmation, key: str, event: Key, at: float) -> None:
        if key in ("up", "down"):
            self._scroll = max(0, self._scroll + (1 if key == "down" else -1))
        name = "escape" if key == "ctrl+c" else event.key
        character = event.character if event.is_printable else None
        response = confirmation.press(name, character, at)
        if response is Response.CONFIRMED:
            self.stage = Stage.ACTING
            self.run_worker(self._carry_out(confirmation.given), exit_on_error=False)
        elif response is Response.AGAIN:
            self.stage = Stage.LOOKING
            self.run_worker(self._prepare(), exit_on_error=False)
        elif response is Response.CANCELLED:
            self.stage = Stage.ACTING
            self.run_worker(self._decline(), exit_on_error=False)
            return
        self._draw()

    async def _prepare(self) -> None:
        looked_at, before = self._clock.monotonic(), self.confirmation
        try:
            action = await self._road.prepare(self.draft)
        except CockpitError as error:
            self._refused(str(error))
            return
        requirement = self._road.requirement(action)
        if isinstance(requirement, Refusal):
            refused = await self._road.carry_out(action, "")
            self._refused(refused.reason)
            return
        self.action = action
        self.stage = Stage.ASKING
        asked = self._asked(requirement, before, looked_at)
        self.confirmation = None
        self._draw_question(asked)

        def drawn() -> None:
            self.confirmation = self._asked(requirement, before, looked_at)

        self.call_after_refresh(drawn)

    def _asked(self, requirement: Requirement, before: Confirmation | None, looked_at: float) -> Confirmation:
        """The question as of now; a second look keeps what was typed."""
        now = self._clock.monotonic()
        if before is None:
            return Confirmation(requirement, now, looked_at)
        return before.again(requirement, now, looked_at)

    def _let_time_show(self) -> None:
        """Count on what counts."""
        if self.stage in (Stage.ASKING, Stage.KEEPING):
            self._draw()

    async def _carry_out(self, given: str) -> None:
        assert self.action is not None
        self.begin()
        with watched(self._live):
            outcome = await self._road.carry_out(self.action, given)
        self.outcome = outcome
        self._tell(outcome, "")
        after = await self._conclude(outcome)
        if after:
            self._tell(outcome, after)

    async def _decline(self) -> None:
        assert self.action is not None
        await self._road.decline(self.action, "not now")
        self.dismiss(None)

    def _tell(self, outcome: Outcome, after: str) -> None:
        self.stage = Stage.TOLD
        self._quiet_since = self._clock.monotonic()
        shown = replace(outcome, answer=None) if self.draft.secret else outcome
        self._show(outcome_lines(self._command, shown, after, self._cells, self._look), ())

    def _refused(self, reason: str) -> None:
        self.stage = Stage.TOLD
        self._quiet_since = self._clock.monotonic()
        self._show(refused_lines(self._command, reason, self._cells, self._look), ())

    @property
    def _command(self) -> str:
        return self.draft.command

    @property
    def _cells(self) -> int:
        return max(20, self.app.size.width - 6)

    def _draw(self) -> None:
        if self.stage is Stage.LOOKING:
            self._show(waiting_lines(self._command, self._cells, self._look), ())
        elif self.stage is Stage.ACTING and self.action is not None:
            self._shown = self._live.total
            said = tuple(self._live.lines)[-RUNNING_LINES:]
            self._show(running_lines(self.action, self._look, said, self._live.total, self._cells), ())
        elif self.stage is Stage.KEEPING and self.action is not None and self._live.open_change is not None:
            change = self._live.open_change
            lines = keeping_lines(self.action, change.answer, self._cells, self._look)
            self._show(lines, [keeping_demand(change.open_for(), change.limit)])
        elif self.stage is Stage.ASKING and self.confirmation is not None:
            self._draw_question(self.confirmation)

    def _draw_question(self, confirmation: Confirmation) -> None:
        if self.action is None:
            return
        age = confirmation.age(self._clock.monotonic())
        lines = question_lines(self.action, confirmation.requirement, confirmation.typed, self._cells, self._look, age)
        asked = 2 if confirmation.requirement.phrase else 1
        self._show(lines[:-asked], lines[-asked:], age_words(age))

    def _show(
        self, content: list[Line] | tuple[Line, ...], demand: list[Line] | tuple[Line, ...], age: Line = EMPTY
    ) -> None:
        """Show the content above what is demanded; when it is too long, the demand stays in sight."""
        risk = self.action.verdict.risk if self.action else self.draft.verdict.risk
        high = risk is Risk.HIGH or bool(self.action and self.action.protected)
        self.query_one("#confirm").set_class(high, "high")
        room = max(3, self.app.size.height - 4 - len(demand))
        if len(content) > room:
            self._scroll = min(self._scroll, len(content) - room + 1)
            shown = list(content[self._scroll : self._scroll + room - 1])
            left = len(content) - self._scroll - len(shown)
            shown.append(line(f"{self.shapes.ellipsis} {left} more lines, ↑ ↓ move", Tone.WARN))
        else:
            shown = list(content)
        shown += [EMPTY] * (self._least_lines - len(shown) - len(demand) - 2)
        self.body.styles.height = len(shown) + len(demand) + 1
        self.body.show([*shown, *demand])
        title = {
            Stage.LOOKING: "Looking",
            Stage.ASKING: "Do this?",
            Stage.ACTING: "Carrying it out",
            Stage.KEEPING: "Keep this?",
            Stage.TOLD: "What became of it",
        }[self.stage]
        right = (*age, Span("  "), risk_word(risk)) if age else (risk_word(risk),)
        self.frame.show((Span(title, Tone.TITLE),), right, edge=Tone.CRIT if high else Tone.WARN)
