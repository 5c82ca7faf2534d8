"""The shapes on the screen: colour never carries a meaning alone, and ASCII works too."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shapes:
    """One set of shapes.

    Attributes:
        ok, warn, crit, unknown: verdicts.
        fresh, stale, failed, pending: readings.
        done, current, todo, skipped, refused: steps.
        suggestion: a runbook that fits.
        branch, stem: of a tree.
        bars: from empty to full, for strips.
        tag: a tagged row; descending, ascending: the sorted column.
        horizontal, vertical, top_left, top_right, bottom_left, bottom_right: of a frame.
        ellipsis: what was cut.
        clock, dot: in the header.
    """

    ok: str = "●"
    warn: str = "▲"
    crit: str = "✗"
    unknown: str = "?"
    fresh: str = "●"
    stale: str = "◐"
    failed: str = "✗"
    pending: str = "○"
    done: str = "✓"
    current: str = "▶"
    todo: str = "·"
    skipped: str = "–"
    refused: str = "⊘"
    suggestion: str = "▲"
    branch: str = "└ "
    bars: str = "▁▂▃▄▅▆▇█"
    tag: str = "◆"
    descending: str = "▾"
    ascending: str = "▴"
    horizontal: str = "─"
    top_left: str = "╭"
    top_right: str = "╮"
    vertical: str = "│"
    bottom_left: str = "╰"
    bottom_right: str = "╯"
    ellipsis: str = "…"
    dot: str = "·"
    arrow: str = "→"
    bell: str = "▲"


UNICODE = Shapes()
ASCII = Shapes(
    ok="*",
    warn="!",
    crit="x",
    unknown="?",
    fresh="*",
    stale="~",
    failed="x",
    pending="o",
    done="+",
    current=">",
    todo=".",
    skipped="-",
    refused="0",
    suggestion="!",
    branch="`-",
    bars="_.-=+*#@",
    tag="#",
    descending="v",
    ascending="^",
    horizontal="-",
    top_left="+",
    top_right="+",
    vertical="|",
    bottom_left="+",
    bottom_right="+",
    ellipsis="~",
    dot="-",
    arrow="->",
    bell="!",
)
