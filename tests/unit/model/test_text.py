from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.text import clean, clean_block, clean_bytes

HARMFUL = set(map(chr, [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]))


@pytest.mark.parametrize(
    ("outside", "safe"),
    [
        ("plain", "plain"),
        ("a\x1b]52;c;aGVsbG8=\x07b", "ab"),
        ("a\x1b]0;title\x1b\\b", "ab"),
        ("a\x9d52;c;x\x9cb", "ab"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b31mred", "red"),
        ("\x1bPpayload\x1b\\rest", "rest"),
        ("unterminated \x1b]52;c;aaaa", "unterminated "),
        ("a\x1bcb", "ab"),
        ("admin\u202etxt.exe", "admintxt.exe"),
        ("tab\there", "tab    here"),
        ("two\r\nlines\nhere", "two lines here"),
        ("nul\x00 bell\x07 del\x7f", "nul bell del"),
        ("[@click=app.quit]x[/] [/nope]", "[@click=app.quit]x[/] [/nope]"),
        ("família 👩‍💻 日本", "família 👩‍💻 日本"),
    ],
)
def test_what_a_terminal_would_obey_is_removed(outside: str, safe: str) -> None:
    assert clean(outside) == safe


def test_a_long_line_is_cut_and_says_so() -> None:
    assert clean("x" * 1_000_000, cap=10) == "xxxxxxxxxx… 999,990 more characters"


def test_a_block_keeps_its_lines() -> None:
    assert clean_block("one\r\n\x1b[1mtwo\x1b[0m\nthree") == "one\ntwo\nthree"
    assert clean_block("abcdef", cap=3) == "abc\n… 3 more characters"


def test_bytes_that_are_no_text_do_no_harm() -> None:
    assert clean_bytes(b"a\xff\x1b[2Jb") == "a\ufffdb"


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from([*sorted(HARMFUL), "[", "]", ";", "m", "\\"]))))
def test_nothing_harmful_gets_through(outside: str) -> None:
    assert not set(clean(outside)) & HARMFUL
    assert not set(clean_block(outside)) & (HARMFUL - {"\n"})


@given(st.text())
def test_cleaning_twice_changes_nothing(outside: str) -> None:
    assert clean(clean(outside)) == clean(outside)
