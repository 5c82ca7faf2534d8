"""Frames go out and come back as they were, but for what is hidden, cut and cleaned."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit.engine.share.frames import MOST_BYTES, TOO_LARGE, VERSION, Encoder, decode
from cockpit.engine.share.values import BACKENDS, LINES
from cockpit.model.activity import ActivitySnapshot
from cockpit.model.errors import SourceGarbled
from cockpit.model.health import CheckResult, HealthSnapshot, HttpSample, Scalar, Verdict
from cockpit.model.locks import LocksSnapshot
from cockpit.model.logs import Level, LogBatch, LogLine
from cockpit.model.masking import MASK, Masker
from cockpit.model.readings import Reading, ReadingState, SourceId, SourceKind
from cockpit.model.risk import Risk
from cockpit.model.share import Asked, Frame, Scene
from tests.support.backends import a_backend
from tests.support.fake_session import API, API_LOG, KV, MAIN, START, an_activity, the_locks
from tests.unit.engine.share.strategies import frames

PLENTY = 1_000_000


def there_and_back(frame: Frame, masker: Masker | None = None, most: int = PLENTY) -> Frame:
    return decode(Encoder(masker or Masker(), most).encode(frame))


def a_frame(*readings: Reading[object]) -> Frame:
    return Frame(START, True, readings)


def fresh(source: SourceId, value: object) -> Reading[object]:
    return Reading(source, ReadingState.FRESH, value, START, 0.1)


@given(frames)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_frame_comes_back_as_it_went(frame: Frame) -> None:
    assert there_and_back(frame) == frame


@given(st.binary(max_size=200), st.booleans())
def test_no_bytes_make_it_fail_in_any_other_way(data: bytes, pack: bool) -> None:
    with pytest.raises(SourceGarbled):
        decode(zlib.compress(data) if pack else data)


def test_sql_literals_secrets_and_personal_data_are_hidden() -> None:
    planted = "ada@example.com"
    secret = "correct-horse-battery"
    result = CheckResult("api.health", Verdict.CRIT, "x", f"said {secret} to {planted}")
    asked = Asked("asking", f"SET token {secret}", planted, planted, Risk.CHANGE, ((planted, secret),))
    frame = Frame(
        START,
        True,
        (
            fresh(MAIN, an_activity()),
            fresh(KV, LocksSnapshot((replace(the_locks().locks[0], raw_value=planted.encode(), owner=planted),))),
            fresh(API, HttpSample("GET", f"http://u:{secret}@h/", 200, 0.1, text=planted, body={"mail": planted})),
            fresh(API_LOG, LogBatch((LogLine("api", f"{planted} 4111 1111 1111 1111", Level.INFO, START),))),
        ),
        HealthSnapshot((result,)),
        Scene(command=secret, asked=asked),
    )
    text = zlib.decompress(Encoder(Masker([secret]), PLENTY).encode(frame)).decode()
    for hidden in (planted, secret, "4111 1111", "exported = true WHERE customer = 'ada"):
        assert hidden not in text
    assert MASK in msgspec.json.decode(text)["scene"]["command"]


def test_what_comes_in_is_cleaned() -> None:
    line = LogLine("api\x1b[2J", "red \x1b]52;c;aGk=\x07alert\u202e", Level.INFO, START)
    [reading] = there_and_back(a_frame(fresh(API_LOG, LogBatch((line,))))).readings
    assert isinstance(reading.value, LogBatch)
    assert (reading.value.lines[0].stream, reading.value.lines[0].text) == ("api", "red alert")


def test_a_frame_that_is_too_large_loses_its_largest_reading_and_says_so() -> None:
    backends = tuple(a_backend(pid, query=f"SELECT {pid * 7919}") for pid in range(1, 300))
    large, small = fresh(MAIN, ActivitySnapshot(backends, 100, 42, 180004, "shop")), fresh(KV, the_locks())
    whole = Encoder(Masker(), PLENTY).encode(a_frame(large, small))
    packed = Encoder(Masker(), len(whole) - 1).encode(a_frame(large, small))
    cut, kept = decode(packed).readings
    assert len(packed) < len(whole)
    assert (cut.source, cut.value, cut.error) == (MAIN, None, TOO_LARGE)
    assert kept == small


def test_lists_are_bounded_and_say_what_is_left_out() -> None:
    lines = tuple(LogLine("api", f"line {n}", Level.INFO, START + timedelta(seconds=n)) for n in range(LINES + 7))
    idle = tuple(a_backend(pid, state="idle") for pid in range(1, BACKENDS + 1))
    busy = a_backend(BACKENDS + 1, state="active")
    frame = a_frame(
        fresh(API_LOG, LogBatch(lines, 3)),
        fresh(MAIN, ActivitySnapshot((*idle, busy), 1_000, 501, 180004, "shop")),
    )
    logs, activity = (reading.value for reading in there_and_back(frame).readings)
    assert isinstance(logs, LogBatch)
    assert (len(logs.lines), logs.dropped, logs.lines[-1].text) == (LINES, 10, f"line {LINES + 6}")
    assert isinstance(activity, ActivitySnapshot)
    assert len(activity.backends) == BACKENDS
    assert activity.backend(busy.pid) == busy


def test_a_value_that_no_pane_draws_is_not_shared_but_its_state_is() -> None:
    reading = fresh(SourceId(SourceKind.REDIS, "kv/secret.check"), Scalar("a value"))
    [back] = there_and_back(a_frame(reading)).readings
    assert back == replace(reading, value=None)


def test_numbers_that_json_cannot_write_do_no_harm() -> None:
    reading = fresh(MAIN, replace(an_activity(), backends=(a_backend(1, backend_age=float("nan")),)))
    [back] = there_and_back(a_frame(reading)).readings
    assert isinstance(back.value, ActivitySnapshot)
    assert back.value.backends[0].backend_age == 0.0


def test_a_frame_of_another_version_is_refused_with_a_remedy() -> None:
    data = zlib.compress(msgspec.json.encode({"v": VERSION + 1, "at": START, "whole": True}))
    with pytest.raises(SourceGarbled, match="version 2; let all cockpits be of one version"):
        decode(data)


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(SourceGarbled):
        decode(zlib.compress(b" " * (MOST_BYTES + 1)))


def test_one_reading_that_makes_no_sense_takes_no_other_with_it() -> None:
    whole = msgspec.json.decode(zlib.decompress(Encoder(Masker(), PLENTY).encode(a_frame(fresh(KV, the_locks())))))
    whole["readings"].insert(0, {"kind": "crystal ball", "name": "x", "state": "fresh"})
    whole["readings"].insert(
        0, {"kind": "redis", "name": "x", "state": "fresh", "type": "locks", "value": {"locks": 3}}
    )
    assert [reading.source for reading in decode(zlib.compress(msgspec.json.encode(whole))).readings] == [KV]


def test_a_reading_that_did_not_change_is_masked_once() -> None:
    class Counting(Masker):
        asked = 0

        def everything(self, text: str) -> str:
            Counting.asked += 1
            return super().everything(text)

    encoder, frame = Encoder(Counting(), PLENTY), a_frame(fresh(KV, the_locks()))
    first = encoder.encode(frame)
    asked = Counting.asked
    assert encoder.encode(frame) == first
    assert asked > 0
    assert Counting.asked == asked
