"""A line of a program's output, in its colours as this theme has them."""

from __future__ import annotations

from cockpit.model.colours import Colour, OutputLine
from cockpit.ui.look import Look
from cockpit.ui.spans import Line, Span, Tone, line, wrap, wrap_spans

_TONES = {
    Colour.RED: Tone.CRIT,
    Colour.GREEN: Tone.OK,
    Colour.YELLOW: Tone.WARN,
    Colour.BLUE: Tone.ACCENT,
    Colour.CYAN: Tone.ACCENT,
    Colour.MAGENTA: Tone.UNKNOWN,
    Colour.BOLD: Tone.STRONG,
    Colour.DIM: Tone.DIM,
}


def output_lines(output: OutputLine, cells: int, look: Look) -> list[Line]:
    """A line of output in lines of at most `cells` cells.

    A line in which something is hidden has no colours: they would tell where it begins and ends.

    Args:
        output: the line.
        cells: the width.
        look: masking.
    """
    text = look.text(output.text)
    if text != output.text or not output.stretches:
        return [line(part) for part in wrap(text, cells)]
    spans, at = list[Span](), 0
    for stretch in output.stretches:
        spans += [Span(text[at : stretch.start]), Span(text[stretch.start : stretch.end], _TONES[stretch.colour])]
        at = stretch.end
    spans.append(Span(text[at:]))
    return wrap_spans(tuple(span for span in spans if span.text), cells)
