"""All panes of the main screen, by name and in the order of their numbers."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.ui.panes.activity import ActivityPane
from cockpit.ui.panes.base import Pane
from cockpit.ui.panes.health import HealthPane
from cockpit.ui.panes.host import HostPane
from cockpit.ui.panes.locks import LocksPane
from cockpit.ui.panes.logs import LogsPane
from cockpit.ui.panes.services import ServicesPane
from cockpit.ui.panes.timeline import TimelinePane


class Panes:
    """The seven panes."""

    def __init__(self) -> None:
        self.health = HealthPane()
        self.activity = ActivityPane()
        self.locks = LocksPane()
        self.services = ServicesPane()
        self.logs = LogsPane()
        self.host = HostPane()
        self.timeline = TimelinePane()

    def __iter__(self) -> Iterator[Pane]:
        yield from (self.health, self.activity, self.locks, self.services, self.logs, self.host, self.timeline)

    def named(self, name: str) -> Pane:
        """The pane of that name."""
        return next(pane for pane in self if pane.id == name)
