"""The floor for opening a runbook: a Textual program that shows a list of steps at a key, and nothing else."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import OptionList


class Bare(App[None]):
    BINDINGS = [("s", "show", "Show")]  # noqa: RUF012  Textual's own idiom

    def compose(self) -> ComposeResult:
        yield OptionList("ready")

    def action_show(self) -> None:
        steps = self.query_one(OptionList)
        steps.clear_options()
        steps.add_options([f"{number} Step number {number}" for number in range(1, 121)])


if __name__ == "__main__":
    Bare().run()
