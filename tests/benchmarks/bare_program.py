"""The floor: a Textual program with a header, a footer and a table, and nothing else."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Footer, Header


class Bare(App[None]):
    BINDINGS = [("q", "quit", "Leave")]  # noqa: RUF012  Textual's own idiom

    def compose(self) -> ComposeResult:
        yield Header()
        yield DataTable()
        yield Footer()

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("pid", "user", "state", "query")
        for row in range(40):
            table.add_row(str(row), "shop", "active", "SELECT 1")


if __name__ == "__main__":
    Bare().run()
