from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.engine.confirmation import ARMING, LOOK_LIFETIME, Confirmation, Response
from cockpit.model.actions import Demand, Requirement

YES = Requirement(Demand.YES)


def test_a_key_that_was_typed_ahead_does_not_confirm() -> None:
    question = Confirmation(YES, drawn_at=10.0)
    assert question.press("y", "y", 10.0 + ARMING - 0.01) is Response.NOTHING


def test_a_calm_y_confirms() -> None:
    assert Confirmation(YES, 10.0).press("y", "y", 10.0 + ARMING) is Response.CONFIRMED


def test_a_held_y_never_confirms() -> None:
    question = Confirmation(YES, 0.0)
    assert {question.press("y", "y", index * 0.03) for index in range(1, 200)} == {Response.NOTHING}


@pytest.mark.parametrize(("key", "character"), [("enter", "\r"), ("space", " "), ("Y", "Y"), ("tab", None)])
def test_no_other_key_means_yes(key: str, character: str | None) -> None:
    assert Confirmation(YES, 0.0).press(key, character, 5.0) is Response.NOTHING


@pytest.mark.parametrize("key", ["escape", "n"])
def test_cancel_needs_no_arming(key: str) -> None:
    assert Confirmation(YES, 0.0).press(key, key, 0.0) is Response.CANCELLED


def test_a_phrase_is_typed_and_then_confirmed() -> None:
    question = Confirmation(Requirement(Demand.TYPE, "any db"), 0.0)
    at = 1.0
    for character in "any dx":
        at += 0.1
        assert question.press(character, character, at) is Response.NOTHING
    question.press("backspace", None, at)
    question.press("b", "b", at)
    assert question.complete
    assert question.press("enter", "\r", at + 1) is Response.NOTHING
    assert question.press("y", "y", at + 2) is Response.CONFIRMED
    assert question.given == "any db"


def test_the_phrase_can_be_wiped() -> None:
    question = Confirmation(Requirement(Demand.TYPE, "prod"), 0.0)
    question.press("p", "p", 1.0)
    question.press("ctrl+u", "\x15", 1.1)
    assert question.typed == ""


@given(st.lists(st.tuples(st.sampled_from(["y", "n", "enter", "escape", "a"]), st.floats(0, 1)), max_size=30))
def test_yes_always_needs_a_quiet_time_before_it(presses: list[tuple[str, float]]) -> None:
    question, at, last = Confirmation(YES, 0.0), 0.0, 0.0
    for key, pause in presses:
        at += pause
        response = question.press(key, key if len(key) == 1 else None, at)
        if response is Response.CONFIRMED:
            assert key == "y"
            assert at - last >= ARMING
        last = at


def test_what_was_looked_at_too_long_ago_cannot_be_confirmed() -> None:
    question = Confirmation(YES, drawn_at=5.0, looked_at=4.0)
    assert question.age(10.0) == 6.0
    assert question.press("y", "y", 4.0 + LOOK_LIFETIME + 0.1) is Response.NOTHING
    assert question.outdated(4.0 + LOOK_LIFETIME + 0.1)
    assert not question.outdated(4.0 + LOOK_LIFETIME)
    assert question.press("r", "r", 50.0) is Response.AGAIN


def test_another_look_keeps_what_was_typed_for_the_same_phrase_only() -> None:
    question = Confirmation(Requirement(Demand.TYPE, "prod"), 0.0)
    for number, character in enumerate("pr"):
        assert question.press(character, character, 1.0 + number) is Response.NOTHING
    assert question.press("ctrl+r", None, 4.0) is Response.AGAIN
    assert question.again(Requirement(Demand.TYPE, "prod"), 6.0, 5.0).typed == "pr"
    assert question.again(Requirement(Demand.TYPE, "12"), 6.0, 5.0).typed == ""
    fresh = question.again(YES, 6.0, 5.0)
    assert fresh.press("y", "y", 6.0 + ARMING / 2) is Response.NOTHING
