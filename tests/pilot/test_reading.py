"""Reading long texts: finding, wrapping, moving sideways."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.ui.look import PLAIN_LOOK
from cockpit.ui.screens.viewer import Viewer, marked
from cockpit.ui.spans import Span, Tone, line, plain, slid, width, wrap_spans
from tests.pilot.support import Screen, a_screen, rows_of

pytestmark = pytest.mark.anyio

LINES = [line(f"line {number} {'needle' if number % 10 == 3 else 'hay'}") for number in range(40)]
LONG = [line("start " + "middle " * 60 + "end")]


async def opened(screen: Screen, viewer: Viewer) -> Viewer:
    screen.app.push_screen(viewer)
    await screen.until(lambda: screen.app.screen is viewer and viewer.ready, "the text")
    return viewer


async def test_find_marks_counts_and_steps_round() -> None:
    async with a_screen(size=(80, 24)) as screen:
        viewer = await opened(screen, Viewer("answer", LINES, PLAIN_LOOK))
        await screen.press("slash", *"needle")
        assert "/needle  1 of 4" in viewer.frame.text
        assert viewer.body.state.cursor == 3
        await screen.press("enter", "n")
        assert viewer.body.state.cursor == 13
        assert "2 of 4" in viewer.frame.text
        await screen.press("N", "N")
        assert viewer.body.state.cursor == 33
        await screen.press("n")
        assert viewer.body.state.cursor == 3
        assert any(span.tone is Tone.FOUND for span in viewer.body.state.rows[3].cells[0])
        await screen.press("escape")
        assert screen.app.screen is viewer
        assert "/needle" not in viewer.frame.text
        await screen.press("escape")
        await screen.until(lambda: screen.app.screen is screen.app.main)


async def test_a_find_that_nothing_matches_says_so() -> None:
    async with a_screen(size=(80, 24)) as screen:
        viewer = await opened(screen, Viewer("answer", LINES, PLAIN_LOOK))
        await screen.press("slash", *"zzz")
        assert "no match" in viewer.frame.text
        await screen.press("backspace", "backspace", "backspace", *"hay")
        assert "of 36" in viewer.frame.text
        await screen.press("escape", "n")
        assert "/" not in viewer.frame.text.replace("  /", "") or "hay" not in viewer.frame.text


async def test_a_cut_text_is_moved_sideways_and_wrapped() -> None:
    async with a_screen(size=(80, 24)) as screen:
        viewer = await opened(screen, Viewer("answer", LONG, PLAIN_LOOK))
        assert " start middle" in screen.text
        await screen.press("right")
        await screen.until(lambda: "start" not in screen.text, "the text to move")
        await screen.press(*["right"] * 40)
        await screen.until_text("middle end")
        await screen.press(*["left"] * 40)
        await screen.until_text(" start middle")
        await screen.press("w")
        assert len(rows_of(viewer.body)) > 5
        await screen.until_text("middle end")
        await screen.press("y")
        assert screen.app.clipboard == plain(LONG[0])
        await screen.press("w")
        assert len(rows_of(viewer.body)) == 1


async def test_a_tables_cut_column_is_moved_sideways() -> None:
    async with a_screen(size=(80, 24)) as screen:
        await screen.press("2")
        await screen.until_text("UPDATE")
        await screen.press("right")
        await screen.until(lambda: screen.app.main.panes.activity.table._slid > 0)
        await screen.press("left", "left")
        assert screen.app.main.panes.activity.table._slid == 0


@given(st.text(max_size=40), st.text(max_size=40), st.integers(0, 60))
def test_what_is_moved_out_leaves_the_rest_in_its_place(one: str, other: str, cells: int) -> None:
    spans = (Span(one, Tone.DIM), Span(other, Tone.WARN))
    if cells:
        assert width(slid(spans, cells)) == max(1, width(spans) - cells)
    else:
        assert slid(spans, 0) == spans


@given(st.text("ab c", max_size=80), st.integers(1, 20))
def test_wrapped_spans_hold_every_word_and_fit(text: str, cells: int) -> None:
    half = len(text) // 2
    parts = wrap_spans((Span(text[:half], Tone.DIM), Span(text[half:], Tone.WARN)), cells)
    assert all(width(part) <= cells for part in parts)
    assert "".join("".join(plain(part) for part in parts).split()) == "".join(text.split())


@given(st.text("abAB ", max_size=30), st.text("ab", min_size=1, max_size=3))
def test_marking_changes_no_letter(text: str, needle: str) -> None:
    half = len(text) // 2
    spans = marked((Span(text[:half]), Span(text[half:], Tone.DIM)), needle)
    assert plain(spans) == text
    found = "".join(span.text for span in spans if span.tone is Tone.FOUND)
    assert (needle in text.casefold()) == bool(found)
    assert len(found) == text.casefold().count(needle) * len(needle)
