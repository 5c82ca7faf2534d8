"""The filter line: words that mean something, and text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.engine.activity_filter import parse_filter
from cockpit.model.activity import Backend
from tests.support.backends import a_backend

ADA = a_backend(
    7, user="ada", database="billing", application="report export", client="10.0.0.7", state="idle in transaction"
)


def fits(words: str, backend: Backend = ADA, age: float | None = 40.0) -> bool:
    return parse_filter(words).matches(backend, age, "7  ada  billing  select total from orders")


@pytest.mark.parametrize(
    "words",
    [
        "",
        "   ",
        "orders",
        "ORDERS",
        "user:ada",
        "user:AD",
        "db:bill",
        "database:bill",
        "app:report",
        'app:"report export"',
        "client:10.0.0.",
        "state:transaction",
        "pid:7",
        ">30s",
        ">30",
        ">=40",
        "<1m",
        "-user:bob",
        "-bob",
        "user:ada >30s orders",
        "user:",
        ">",
        '"select total"',
    ],
)
def test_what_fits(words: str) -> None:
    assert fits(words)


@pytest.mark.parametrize(
    "words", ["bob", "user:bob", "pid:70", ">50s", "<30s", "-orders", "!user:ada", "user:ada bob", "wait:lock", ">x"]
)
def test_what_does_not_fit(words: str) -> None:
    assert not fits(words)


def test_an_age_that_is_not_known_fits_no_bound() -> None:
    assert not fits(">1s", age=None)
    assert not fits("<1s", age=None)


def test_a_key_that_means_nothing_is_text() -> None:
    filter_ = parse_filter("http:80")
    assert filter_.conditions[0].key == "text"
    assert filter_.matches(ADA, None, "get http:80")


def test_what_one_waits_for_can_be_filtered() -> None:
    waiting = a_backend(1, wait_event_type="Lock", wait_event="transactionid")
    assert parse_filter("wait:lock").matches(waiting, None, "")
    assert parse_filter("wait:transactionid type:client").matches(waiting, None, "")


@given(st.text(max_size=40))
def test_no_half_typed_line_is_an_error(words: str) -> None:
    filter_ = parse_filter(words)
    assert isinstance(filter_.matches(ADA, 1.0, "text"), bool)
