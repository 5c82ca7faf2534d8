"""What a source answered, as lines."""

from __future__ import annotations

import json
from collections.abc import Sequence

from cockpit.model.answers import Answer
from cockpit.model.colours import OutputLine
from cockpit.ui.look import Look
from cockpit.ui.present.output import output_lines
from cockpit.ui.spans import Line, Span, Tone, fit, line, width, wrap

CELL_CAP = 60
"""Cells of one column of a table at the most, while others need room too."""


def answer_lines(answer: Answer | None, cells: int, look: Look) -> list[Line]:
    """All of an answer: status, table, output, notice.

    Args:
        answer: what came back, None for nothing.
        cells: cells of a line; tables are cut to it, other output is wrapped.
        look: masking.
    """
    if answer is None:
        return []
    lines: list[Line] = []
    if answer.status is not None:
        tone = Tone.OK if answer.status < 400 else Tone.CRIT
        lines.append((Span("HTTP ", Tone.DIM), Span(str(answer.status), tone)))
    if answer.exit_code:
        lines.append((Span("exit code ", Tone.DIM), Span(str(answer.exit_code), Tone.CRIT)))
    if answer.columns:
        lines += _table(answer, cells, look)
    elif isinstance(answer.body, dict | list):
        lines += _wrapped(json.dumps(answer.body, indent=2, ensure_ascii=False).splitlines(), cells, look)
    else:
        lines += _output(answer, cells, look)
    if not lines and answer.value is not None:
        lines.append(line(look.text(str(answer.value))))
    if answer.cut:
        lines.append(line(f"{look.shapes.ellipsis} {answer.cut:,} more were left out", Tone.DIM))
    if answer.notice:
        lines.append(line(look.text(answer.notice), Tone.DIM))
    return lines or [line("nothing came back", Tone.DIM)]


def _table(answer: Answer, cells: int, look: Look) -> list[Line]:
    rows = [tuple("∅" if cell is None else look.text(cell) for cell in row) for row in answer.rows]
    widths = _widths(answer.columns, rows, cells)
    head = _table_line([line(name, Tone.FAINT) for name in answer.columns], widths, look)
    body = [
        _table_line([line(cell, Tone.FAINT if cell == "∅" else Tone.PLAIN) for cell in row], widths, look)
        for row in rows
    ]
    if not rows:
        body = [line("no rows", Tone.DIM)]
    return [head, *body]


def _wrapped(texts: Sequence[str], cells: int, look: Look) -> list[Line]:
    return [line(part) for text in texts for part in wrap(look.text(text), max(20, cells))]


def _output(answer: Answer, cells: int, look: Look) -> list[Line]:
    if not answer.colours:
        return _wrapped(answer.lines, cells, look)
    said = (OutputLine(*pair) for pair in zip(answer.lines, answer.colours, strict=True))
    return [part for one in said for part in output_lines(one, max(20, cells), look)]


def _cell(text: str) -> Line:
    return line(text, Tone.FAINT if text == "∅" else Tone.PLAIN)


def _table_line(parts: list[Line], widths: list[int], look: Look) -> Line:
    spans: list[Span] = []
    for part, cells in zip(parts, widths, strict=False):
        if spans:
            spans.append(Span("  "))
        spans.extend(fit(part, cells, ellipsis=look.shapes.ellipsis))
    return tuple(spans)


def _widths(columns: tuple[str, ...], rows: list[tuple[str, ...]], cells: int) -> list[int]:
    needed = [
        max([width(line(name)), *(width(line(row[i])) for row in rows[:200] if i < len(row))])
        for i, name in enumerate(columns)
    ]
    room = cells - 2 * (len(columns) - 1)
    if sum(needed) <= room:
        return needed
    capped = [min(size, CELL_CAP) for size in needed]
    while sum(capped) > room and max(capped) > 4:
        capped[capped.index(max(capped))] -= 1
    return capped


def answer_summary(answer: Answer | None) -> str:
    """`3 rows`, `HTTP 200`, `12 lines`: a few words beside a step."""
    if answer is None:
        return ""
    if answer.columns:
        return "1 row" if len(answer.rows) == 1 else f"{len(answer.rows) + answer.cut:,} rows"
    if answer.status is not None:
        return f"HTTP {answer.status}"
    if len(answer.lines) == 1 and len(answer.lines[0]) <= 24:
        return answer.lines[0]
    if answer.lines:
        return f"{len(answer.lines) + answer.cut:,} lines"
    return "" if answer.value is None else str(answer.value)[:24]
