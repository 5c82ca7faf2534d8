"""The sizes at which the screen changes its shape."""

from __future__ import annotations

SIDEBAR_FROM = 140
"""Cells from which the sidebar stands beside the panes."""
TABS_BELOW = 110
"""Cells below which one pane is shown at a time."""
LEAST_CELLS, LEAST_LINES = 60, 15
"""Below this nothing can be shown well, and the screen says so."""


def sidebar_cells(width: int) -> int:
    """Cells of the sidebar on a screen that wide; a drawer where it does not stand beside the panes."""
    return min(64, max(40, width * 27 // 100)) if width >= SIDEBAR_FROM else min(56, width * 8 // 10)
