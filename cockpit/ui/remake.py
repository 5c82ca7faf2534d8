"""Commands that the operator edits in place, runs as they are written, or takes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.model.outcomes import OutcomeKind
from cockpit.model.risk import Risk
from cockpit.model.runbook import Command, Step
from cockpit.ui.screens.ask import Ask
from cockpit.ui.screens.choice import Choice
from cockpit.ui.spans import Tone
from cockpit.ui.walk import Walk

if TYPE_CHECKING:
    from pathlib import Path

    from cockpit.engine.session import Session
    from cockpit.ui.screens.main import MainScreen
    from cockpit.ui.steps import StepKeys


class StepRemake:
    """What e, W and u do; an observer has none of them.

    Args:
        keys: runs what comes out.
        screen: the main screen.
        session: the session.
    """

    def __init__(self, keys: StepKeys, screen: MainScreen, session: Session) -> None:
        self._keys = keys
        self._screen = screen
        self._session = session

    def edit(self) -> None:
        """Edit the command under the cursor: one line here, several in the person's editor."""
        found = self._command()
        if found is not None:
            self._screen.turn.take("a command", lambda: self._edit(*found))

    def run_as_written(self) -> None:
        """Run the command in the wrapper that it was written with."""
        found = self._command()
        if found is not None:
            walk, step, command = found
            self._screen.turn.take("a step", lambda: self._run(walk, step, command))

    def undo(self) -> None:
        """Take the step back."""
        found = self._keys.current()
        if found is not None and self._may():
            self._screen.turn.take("a step", lambda: self._undo(*found))

    def _command(self) -> tuple[Walk, Step, Command] | None:
        found = self._keys.current()
        command = found[0].command(found[1]) if found else None
        if found is None or not self._may():
            return None
        if command is None:
            self._screen.say("this step has no command", Tone.DIM)
            return None
        return (*found, command)

    def _may(self) -> bool:
        if self._session.road is None:
            self._screen.say("an observer changes no command", Tone.WARN)
        return self._session.road is not None

    async def _edit(self, walk: Walk, step: Step, command: Command) -> None:
        text = await self._text(command.text)
        if text is None or text.strip() == command.text.strip():
            self._screen.say("the command is as it was", Tone.DIM)
            return
        new = await self._session.runner.edit(walk.run, step, command, text)
        self._screen.update_walk()
        self._screen.say(f"edited; its risk is {new.risk.value}: {new.reason}", Tone.OK)

    async def _text(self, text: str) -> str | None:
        if "\n" not in text:
            return await self._screen.turn.ask(
                Ask(
                    "Edit the command; placeholders stay",
                    self._screen.look,
                    text,
                    objection=lambda given: "" if given else "a command cannot be empty",
                    selected=False,
                )
            )
        return await self._in_editor(text)

    async def _in_editor(self, text: str) -> str | None:
        """Let the person's editor change a text of several lines; the file is this person's alone and is removed."""
        import tempfile
        from pathlib import Path

        from cockpit.ui.editor import editor_command, hand_over

        with tempfile.NamedTemporaryFile("w+", prefix="command-", suffix=".txt", encoding="utf-8") as file:
            file.write(f"{text}\n")
            file.flush()
            code = await hand_over(self._screen.app, editor_command(Path(file.name), 1))
            self._screen.refresh(layout=True)
            return _content(Path(file.name)) if code == 0 else None

    async def _run(self, walk: Walk, step: Step, written: Command) -> None:
        from cockpit.engine.steps.edits import as_written

        command = as_written(written)
        if command.risk is Risk.READ:
            await self._keys.read(walk, step, command)
        else:
            await self._keys.change(walk, step, command)

    async def _undo(self, walk: Walk, step: Step) -> None:
        from cockpit.engine.steps.edits import undoing

        ways = undoing(walk.run.procedure, step)
        if not ways:
            none = "the runbook says that nothing undoes this step"
            self._screen.say(none if ways is None else "the runbook names no way back from this step", Tone.WARN)
            return
        number: int | None = 0
        if len(ways) > 1:
            options = [f"{by.title}: {self._session.runner.text(walk.run, command)}" for by, command in ways]
            number = await self._screen.turn.ask(Choice(f"Take back “{step.title}” by", options, self._screen.look))
        if number is None:
            return
        by, command = ways[number]
        if not walk.runs(command) or command.risk is Risk.READ:
            self._screen.sidebar.steps.move_to_key(by.id)
            self._screen.update_walk()
            self._screen.say("this is the way back; it changes nothing by itself", Tone.DIM)
            return
        outcome = await self._keys.change(walk, by, command)
        if outcome is not None and outcome.kind is OutcomeKind.SUCCEEDED and by.id != step.id:
            await self._session.runner.undone(walk.run, step, by)
            self._screen.update_walk()


def _content(path: Path) -> str:
    """The file as the editor left it; many write a new one of the same name."""
    return path.read_text(encoding="utf-8", errors="replace").rstrip("\n")
