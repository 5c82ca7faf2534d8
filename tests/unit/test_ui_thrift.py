from __future__ import annotations

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.ui.thrift import PLAIN, Rendition, Thrift, applied, difference

RED = "38;2;200;0;0"
ON_BLACK = "48;2;0;0;0"

codes = st.sampled_from(
    ["", "0", "1", "3", "4", "7", "9", "22", "23", "24", "27", "29", "31", "39", "42", "49", RED, ON_BLACK, "38;5;9"]
)
pieces = st.one_of(
    st.lists(codes, min_size=1, max_size=3).map(lambda many: f"\x1b[{';'.join(many)}m"),
    st.sampled_from(["ab", " ", "é", "\r\n", "\x1b[2;3H", "\x1b[K", "\x1b[2J", "x"]),
)
writes = st.lists(st.lists(pieces, max_size=8).map("".join), max_size=6)


def picture(texts: list[str]) -> object:
    screen = pyte.Screen(12, 4)
    stream = pyte.Stream(screen)
    for text in texts:
        stream.feed(text)
    return [[screen.buffer[y][x] for x in range(12)] for y in range(4)]


@given(writes)
def test_the_picture_is_the_same(texts: list[str]) -> None:
    thrift = Thrift()
    assert picture([thrift.shorten(text) for text in texts]) == picture(["\x1b[m", *texts])


@given(writes)
def test_it_ends_plain_where_the_text_did(texts: list[str]) -> None:
    thrift = Thrift()
    shortened = [thrift.shorten(text) for text in [*texts, "\x1b[0m"]]
    assert picture([*shortened, "Z"]) == picture(["\x1b[m", *texts, "\x1b[0m", "Z"])


def test_what_the_terminal_has_is_not_sent_again() -> None:
    thrift = Thrift()
    first = f"\x1b[{RED};{ON_BLACK}mab\x1b[0m\x1b[{RED};{ON_BLACK}mcd\x1b[0m"
    assert thrift.shorten(first) == f"\x1b[0;{RED};{ON_BLACK}mabcd\x1b[m"
    assert thrift.shorten("plain") == "plain"


def test_what_is_not_known_goes_through_as_it_is() -> None:
    thrift = Thrift()
    assert thrift.shorten("\x1b[4:3mcurly\x1b[58;2;1;2;3mx") == "\x1b[m\x1b[4:3mcurly\x1b[58;2;1;2;3m\x1b[mx"


def test_after_another_program_everything_is_sent_anew() -> None:
    thrift = Thrift()
    thrift.shorten(f"\x1b[{RED}mab")
    thrift.forget()
    assert thrift.shorten("cd") == "\x1b[mcd"


@pytest.mark.parametrize("parameters", ["38", "38;2;1;2", "48;7;1", "58;5;1", "3:4"])
def test_half_a_colour_is_not_known(parameters: str) -> None:
    assert applied(parameters, PLAIN) is None


def test_a_flag_that_goes_needs_a_reset() -> None:
    assert difference(Rendition(RED, "", frozenset({"1"})), Rendition(RED)) == f"\x1b[0;{RED}m"
