from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.colours import Colour, OutputLine, Painter, Stretch
from cockpit.model.text import clean

PIECES = st.sampled_from(
    [
        "\x1b[31m",
        "\x1b[0m",
        "\x1b[1;32m",
        "\x1b[38;5;9m",
        "\x1b[48;2;1;2;3m",
        "\x1b[",
        "\x1b]0;t",
        "\x07",
        "m",
        "a",
        "\t",
    ]
)


@pytest.mark.parametrize(
    ("raw", "text", "stretches"),
    [
        ("plain", "plain", ()),
        ("\x1b[31mbad\x1b[0m or \x1b[1;32mok\x1b[39m", "bad or ok", ((0, 3, "red"), (7, 9, "green"))),
        ("\x1b[1;32mok\x1b[39m!", "ok!", ((0, 2, "green"), (2, 3, "bold"))),
        ("\x1b[1mloud\x1b[22m \x1b[2mquiet\x1b[m", "loud quiet", ((0, 4, "bold"), (5, 10, "dim"))),
        ("\x1b[93mbright\x1b[0m", "bright", ((0, 6, "yellow"),)),
        ("\x1b[38;5;4mblue\x1b[38;5;200mnone\x1b[38;2;9;9;9mnone", "bluenonenone", ((0, 4, "blue"),)),
        ("\x1b[41;35mground\x1b[48;5;1;0mgone", "groundgone", ((0, 6, "magenta"),)),
        ("\x1b[36m\x1b[0m", "", ()),
        ("\x1b[31mtab\there", "tab    here", ((0, 11, "red"),)),
        ("\x1b[31mred\x1b]52;c;eA==\x07 still\x1b[2J", "red still", ((0, 9, "red"),)),
        ("\x1b]0;\x1b[31mtitle\x07text", "text", ()),
    ],
)  # fmt: skip
def test_only_colours_are_left_of_what_a_terminal_would_obey(
    raw: str, text: str, stretches: tuple[tuple[int, int, str], ...]
) -> None:
    wanted = tuple(Stretch(start, end, Colour(colour)) for start, end, colour in stretches)
    assert Painter().read(raw) == OutputLine(text, wanted)


def test_a_colour_lasts_until_it_is_taken_back() -> None:
    painter = Painter()
    lines = [painter.read(raw) for raw in ("\x1b[31mone", "two", "\x1b[0mthree", "four")]
    assert [bool(line.stretches) for line in lines] == [True, True, False, False]


@given(st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=30).map("".join))
def test_the_text_is_the_one_that_cleaning_leaves_and_its_stretches_lie_in_it(raw: str) -> None:
    line, at = Painter().read(raw), 0
    assert line.text == clean(raw)
    for stretch in line.stretches:
        assert at <= stretch.start < stretch.end <= len(line.text)
        at = stretch.end
