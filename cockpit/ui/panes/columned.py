"""A pane whose columns the person chooses, and which remembers the choice."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.events import Resize

from cockpit.ui.panes.base import TablePane
from cockpit.ui.widgets.columns import Column

if TYPE_CHECKING:
    from cockpit.engine.session import Session

WIDE = 116
"""Cells of the pane from which it shows more columns."""


class ColumnedPane(TablePane):
    """A table that shows the chosen columns, or the usual ones, of which there are more where there is room.

    Attributes:
        catalogue: every column that can be shown, by name and in its order.
        usual, roomy: names of the columns that are shown unless others were chosen, on a pane below WIDE and from it.
        remembered_as: name of the preference that keeps the choice.
    """

    catalogue: ClassVar[Mapping[str, Column]] = {}
    usual: ClassVar[Sequence[str]] = ()
    roomy: ClassVar[Sequence[str]] = ()
    remembered_as: ClassVar[str] = ""

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = tuple(self.usual)
        self._chosen_columns: tuple[str, ...] = ()

    def attach(self, session: Session) -> None:
        """Show this session from now on, with the columns that were chosen in an earlier one."""
        super().attach(session)
        kept = session.preferences.get(self.remembered_as)
        if isinstance(kept, list):
            self._chosen_columns = tuple(name for name in self.catalogue if name in kept)
        self._choose_columns()

    def on_resize(self, event: Resize) -> None:
        """More room shows more."""
        self._choose_columns()
        if self.session is not None:
            self.changed(self.session.clock.now())

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns that are shown, as far as there is room."""
        return self._names

    def choose_columns(self, names: Sequence[str], now: datetime) -> None:
        """Show these columns from now on, also in later sessions."""
        self._chosen_columns = tuple(name for name in self.catalogue if name in names)
        if self.session is not None:
            self.session.preferences.put(self.remembered_as, list(self._chosen_columns))
        self._choose_columns()
        self.changed(now)

    def _choose_columns(self) -> None:
        names = tuple(self._chosen_columns or (self.roomy if self.size.width >= WIDE else self.usual))
        origin = self._origin()
        self._names = (origin, *names) if origin and origin not in names else names
        self.table.columns = self._columns()
        self._mark()

    @abstractmethod
    def _origin(self) -> str:
        """Name of the column that tells where a row comes from, "" while all come from one place."""

    @abstractmethod
    def _columns(self) -> tuple[Column, ...]:
        """The columns of these names."""

    @abstractmethod
    def _mark(self) -> None:
        """Mark the heading of the column that the rows are sorted by."""
