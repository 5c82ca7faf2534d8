"""Where each pane stands: side by side when there is room, one at a time when there is not."""

from __future__ import annotations

from collections.abc import Mapping

from textual.containers import Container
from textual.geometry import NULL_OFFSET, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

SIDE_BY_SIDE = 84
"""Cells from which two panes fit beside each other."""
THREE_ABREAST = 150
"""Cells from which three fit."""
THREE_ROWS = 20
"""Lines from which three rows of panes fit."""

HEALTH, ACTIVITY, LOCKS, SERVICES, LOGS, HOST, TIMELINE = (
    "health",
    "activity",
    "locks",
    "services",
    "logs",
    "host",
    "timeline",
)
ALL = (HEALTH, ACTIVITY, LOCKS, SERVICES, LOGS, HOST, TIMELINE)
BOTTOM = (LOGS, HOST, TIMELINE)


def places(width: int, height: int, shown: str, zoomed: bool) -> dict[str, Region]:
    """The region of each pane that is shown.

    Args:
        width: cells of the deck.
        height: lines of the deck.
        shown: the pane that was chosen last; it is always among those shown.
        zoomed: True gives it all the room.
    """
    if zoomed or width < SIDE_BY_SIDE or height < 10:
        return {shown: Region(0, 0, width, height)}
    if height < THREE_ROWS:
        low = shown if shown not in (HEALTH, ACTIVITY) else LOGS
        top = (height + 1) // 2
        return {**_row((HEALTH, ACTIVITY), (4, 6), 0, top, width), low: Region(0, top, width, height - top)}
    if width >= THREE_ABREAST:
        return _wide(width, height)
    first, second = round(height * 0.40), round(height * 0.26)
    bottom = shown if shown in BOTTOM else LOGS
    third = height - first - second
    return {
        **_row((HEALTH, ACTIVITY), (46, 54), 0, first, width),
        **_row((LOCKS, SERVICES), (58, 42), first, second, width),
        bottom: Region(0, first + second, width, third),
    }


def wall_places(width: int, height: int, front: tuple[str, ...], beside: str) -> dict[str, Region]:
    """The same on a wall: health and one more on the left, those in front on the right, the first one largest.

    Args:
        width: cells of the deck.
        height: lines of the deck.
        front: the panes that come forward, in their order.
        beside: the pane below health.
    """
    top = round(height * 0.56)
    if width < SIDE_BY_SIDE:
        return {HEALTH: Region(0, 0, width, top), front[0]: Region(0, top, width, height - top)}
    left = width * 2 // 5
    low = front[1:3] if width >= THREE_ABREAST else front[1:2]
    cells = (width - left) // len(low)
    found = {
        HEALTH: Region(0, 0, left, top),
        beside: Region(0, top, left, height - top),
        front[0]: Region(left, 0, width - left, top),
    }
    for number, name in enumerate(low):
        x = left + number * cells
        found[name] = Region(x, top, width - x if name == low[-1] else cells, height - top)
    return found


def _wide(width: int, height: int) -> dict[str, Region]:
    first, second = round(height * 0.36), round(height * 0.28)
    third = height - first - second
    return {
        **_row((HEALTH, ACTIVITY), (38, 62), 0, first, width),
        **_row((LOCKS, SERVICES, HOST), (35, 35, 30), first, second, width),
        **_row((LOGS, TIMELINE), (60, 40), first + second, third, width),
    }


def _row(names: tuple[str, ...], shares: tuple[int, ...], y: int, height: int, width: int) -> dict[str, Region]:
    total, x, found = sum(shares), 0, {}
    for name, share in zip(names, shares, strict=True):
        cells = width - x if name == names[-1] else width * share // total
        found[name] = Region(x, y, cells, height)
        x += cells
    return found


class DeckLayout(Layout):
    """Puts the children where `places` says."""

    name = "deck"

    def __init__(self) -> None:
        self.regions: Mapping[str, Region] = {}

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        """Place the children that have a region."""
        parent.pre_layout(self)
        return [
            WidgetPlacement(self.regions[child.id], NULL_OFFSET, Spacing(), child)
            for child in children
            if child.id is not None and child.id in self.regions
        ]


class Deck(Container):
    """Holds the panes.

    Attributes:
        shown: the pane chosen last.
        zoomed: whether it has all the room.
        front: on a wall, the panes that come forward; empty elsewhere.
        beside: on a wall, the pane below health.
    """

    def __init__(self, *panes: Widget) -> None:
        super().__init__(*panes, id="deck")
        self.shown = HEALTH
        self.zoomed = False
        self.front: tuple[str, ...] = ()
        self.beside = TIMELINE
        self._layout_of_panes = DeckLayout()

    @property
    def layout(self) -> Layout:
        """Our own, instead of one that a style sheet can name."""
        return self._layout_of_panes

    @property
    def visible_names(self) -> tuple[str, ...]:
        """Names of the panes on the screen."""
        return tuple(self._layout_of_panes.regions)

    def arrange_panes(self, width: int, height: int, *, one: bool = False) -> None:
        """Work out the regions anew; `one` shows a single pane."""
        if self.front:
            regions = wall_places(width, height, self.front, self.beside)
        else:
            regions = places(width, height, self.shown, self.zoomed or one)
        if regions != self._layout_of_panes.regions:
            self._layout_of_panes.regions = regions
            for pane in self.children:
                pane.display = pane.id in regions
            self.refresh(layout=True)
