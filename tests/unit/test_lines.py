from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cockpit.adapters.lines import KEPT_BYTES, LineSplitter
from cockpit.model.text import LINE_CAP


@given(st.lists(st.binary(max_size=30)))
def test_lines_do_not_depend_on_how_the_bytes_arrive(pieces: list[bytes]) -> None:
    splitter = LineSplitter()
    found = [line.data for piece in pieces for line in splitter.feed(piece)]
    last = splitter.flush()

    whole = b"".join(pieces)
    assert b"\n".join([*found, last.data if last else b""]) == whole
    assert len(found) == whole.count(b"\n")


@given(st.binary(max_size=30), st.binary(max_size=30), st.binary(max_size=30))
def test_skipped_lines_are_counted_as_if_they_had_been_read(first: bytes, second: bytes, third: bytes) -> None:
    reading, skipping = LineSplitter(), LineSplitter()
    for splitter in (reading, skipping):
        list(splitter.feed(first))

    assert skipping.skip(second) == len(list(reading.feed(second)))
    assert list(skipping.feed(third)) == list(reading.feed(third))
    assert skipping.flush() == reading.flush()


def test_a_huge_line_is_kept_in_bounded_memory_and_says_how_much_is_missing() -> None:
    splitter = LineSplitter()
    [*nothing] = splitter.feed(b"x" * 1_000_000)
    [line] = splitter.feed(b"y\n")

    assert nothing == []
    assert len(line.data) == KEPT_BYTES
    assert line.text == "x" * LINE_CAP + "… 990,001 more characters"


def test_hostile_bytes_come_out_harmless() -> None:
    [line] = LineSplitter().feed(b"\x1b]52;c;aGk=\x07a\x00b\xff\x1b[31mc\r\n")

    assert line.text == "ab�c"
