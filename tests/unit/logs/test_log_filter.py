from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.engine.log_fields import field, fields_of, shown
from cockpit.engine.log_filter import LogWish, parse_filter
from cockpit.model.errors import ConfigError
from cockpit.model.logs import Level
from tests.unit.logs.lines import a_line

JSON = (
    '{"level":"error","msg":"Payment failed","status":503,"user_id":17,"http":{"path":"/pay"},"tags":["a"],"ok":false}'
)
LOGFMT = 'time=x level=warn msg="slow \\"query\\"" status=404 took=1.5 user=ada'


def test_fields_of_json_and_logfmt() -> None:
    fields = fields_of("2026-11-21T12:00:00Z api " + JSON)
    assert (fields["status"], fields["http.path"], fields["tags"], fields["ok"]) == (503.0, "/pay", '["a"]', False)
    assert fields_of(LOGFMT) == {
        "time": "x",
        "level": "warn",
        "msg": 'slow "query"',
        "status": 404.0,
        "took": 1.5,
        "user": "ada",
    }
    assert fields_of("just words, a=b") == {}
    assert fields_of("{broken}") == {}
    assert fields_of("[1,2]") == {}


def test_a_field_is_found_by_its_usual_names_and_shown_as_people_write_it() -> None:
    assert field({"message": "x"}, "msg") == "x"
    assert field({}, "msg") is None
    assert [shown(value) for value in (503.0, 1.5, True, False, None, "x")] == ["503", "1.5", "true", "false", "", "x"]


@given(st.text(max_size=200))
def test_no_text_makes_fields_fail(text: str) -> None:
    for value in fields_of(text).values():
        shown(value)


@pytest.mark.parametrize(
    ("typed", "fits"),
    [
        ("payment", True),
        ("payment refused", False),
        ('"payment failed"', True),
        ("payment -failed", False),
        ("-refused", True),
        ("/pay.*fail/", True),
        ("/^nothing/", False),
        ("status>=500", True),
        ("status>503", False),
        ("status<=503", True),
        ("status!=503", False),
        ("status=503", True),
        ("http.path=/pay", True),
        ("msg:failed", True),
        ("msg=other", False),
        ("msg>5", False),
        ("ok=false", True),
        ("missing=1", False),
        ("level:warn", True),
        ("level:info", True),
        ("log:api", True),
        ("log:web", False),
        ("status>=500 user_id=17", True),
        ("status>=500 user_id=18", False),
    ],
)
def test_what_a_filter_fits(typed: str, fits: bool) -> None:
    assert parse_filter(typed).fits(a_line(1, JSON, Level.ERROR)) is fits


@pytest.mark.parametrize(
    "typed", ["", "!", "  ", "/(a+)+b/", "/(x*y)*/", "/(a|aa)+$/", "/((a+)b)*c/", r"/(\w+\s?)+$/", "/[/", "/(?P<n>/"]
)
def test_what_is_no_filter_says_why(typed: str) -> None:
    with pytest.raises(ConfigError):
        parse_filter(typed)


def test_filters_show_any_of_them_and_leave_out_all_that_say_so() -> None:
    wish = LogWish().with_filter(parse_filter("alpha")).with_filter(parse_filter("beta"))
    wish = wish.with_filter(parse_filter("!noise"))
    assert [wish.passes(a_line(1, text)) for text in ("alpha", "beta", "gamma", "alpha noise", "noise")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    off = replace(wish, filters=tuple(replace(one, on=one.out) for one in wish.filters))
    assert off.passes(a_line(1, "gamma"))
    assert not off.passes(a_line(1, "noise"))
    assert [one.label for one in wish.filters] == ["alpha", "beta", "!noise"]
    assert len(wish.with_filter(parse_filter("alpha")).filters) == 3


def test_level_and_hidden_logs_leave_out_too() -> None:
    wish = LogWish(least=Level.WARN, hidden=frozenset({"web"}))
    assert not wish.passes(a_line(1))
    assert wish.passes(a_line(1, level=Level.ERROR))
    assert not wish.passes(a_line(1, level=Level.ERROR, stream="web"))
    assert wish.narrows
    assert not LogWish(hidden=frozenset({"web"})).narrows


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_filter_fails_on_any_line(typed: str, text: str) -> None:
    try:
        found = parse_filter(typed)
    except ConfigError:
        return
    found.fits(a_line(1, text or "x"))


@pytest.mark.parametrize("typed", ["/(?:abc)+/", r"/\(a+\)+/", "/[(a+)]+/", "/(a|b) c+/", "/order \\d+ (paid|sent)/"])
def test_harmless_patterns_are_taken(typed: str) -> None:
    parse_filter(typed)
