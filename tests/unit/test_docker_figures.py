from __future__ import annotations

from datetime import UTC, datetime

import pytest
import requests
import urllib3
from docker.errors import APIError, DockerException, NotFound
from hypothesis import given
from hypothesis import strategies as st

from cockpit.adapters.docker import health_of
from cockpit.adapters.docker_engine import never_sent, translated
from cockpit.adapters.docker_json import items, moment, text, whole
from cockpit.adapters.docker_logs import _Frames
from cockpit.adapters.docker_stats import ContainerUsage, usage_of
from cockpit.model.errors import SourceError, SourceRefused, SourceUnreachable

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def sample(used: int, system: int, **rest: object) -> dict[str, object]:
    return {
        "cpu_stats": {"cpu_usage": {"total_usage": used}, "system_cpu_usage": system, "online_cpus": 4},
        "precpu_stats": {"cpu_usage": {"total_usage": 100}, "system_cpu_usage": 1_000},
        **rest,
    }


def test_a_hundred_percent_is_one_core() -> None:
    assert usage_of(sample(350, 2_000)).cpu_percent == pytest.approx(100.0)


def test_without_the_number_of_cores_the_cores_that_were_used_are_counted() -> None:
    old = sample(350, 2_000)
    old["cpu_stats"] = {
        "cpu_usage": {"total_usage": 350, "percpu_usage": [150, 100]},
        "system_cpu_usage": 2_000,
    }
    assert usage_of(old).cpu_percent == pytest.approx(50.0)


@pytest.mark.parametrize("system", [1_000, 900])
def test_a_first_sample_or_a_counter_that_went_back_gives_no_percent(system: int) -> None:
    assert usage_of(sample(350, system)).cpu_percent is None
    assert usage_of({}) == ContainerUsage(None, None)


@pytest.mark.parametrize(
    ("stats", "memory"),
    [
        ({"inactive_file": 30}, 70),
        ({"total_inactive_file": 40, "inactive_file": 30}, 60),
        ({"inactive_file": 100}, 100),
        ({}, 100),
    ],
)
def test_memory_is_without_page_cache(stats: dict[str, int], memory: int) -> None:
    assert usage_of({"memory_stats": {"usage": 100, "stats": stats}}).memory_bytes == memory


@given(JSON)
def test_no_answer_of_the_engine_makes_the_picking_fail(value: object) -> None:
    usage_of(value)
    usage_of({"cpu_stats": value, "precpu_stats": value, "memory_stats": value})
    health_of(value)
    assert "\x1b" not in text({"a": value}, "a")
    whole(value, "a", "b")
    items(value)
    moment({"a": value}, "a")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-21T12:00:00.123456789Z", datetime(2026, 11, 21, 12, 0, 0, 123456, UTC)),
        ("2026-11-21T14:00:00+02:00", datetime(2026, 11, 21, 12, tzinfo=UTC)),
        ("2026-11-21T12:00:00", datetime(2026, 11, 21, 12, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("soon", None),
        (5, None),
    ],
)
def test_times_are_utc_and_never_is_none(written: object, expected: datetime | None) -> None:
    assert moment({"at": written}, "at") == expected


@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=20))), st.integers(1, 9))
def test_frames_do_not_depend_on_how_the_bytes_arrive(frames: list[tuple[int, bytes]], size: int) -> None:
    wire = b"".join(bytes([stream, 0, 0, 0]) + len(load).to_bytes(4, "big") + load for stream, load in frames)
    parser = _Frames()
    found = [pair for start in range(0, len(wire), size) for pair in parser.feed(wire[start : start + size])]

    for stream in (1, 2):
        expected = b"".join(load for number, load in frames if number == stream)
        assert b"".join(load for number, load in found if number == stream) == expected


def chained(cause: BaseException) -> requests.ConnectionError:
    error = requests.ConnectionError(urllib3.exceptions.ProtocolError("Connection aborted.", cause))
    error.__context__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind", "said", "certain"),
    [
        (NotFound("404", explanation="No such container: x\x1b[31m"), SourceUnreachable, "No such container: x", False),
        (APIError("409", explanation="is paused"), SourceRefused, "refused: is paused", False),
        (chained(PermissionError(13, "denied")), SourceRefused, "may not use", True),
        (chained(ConnectionRefusedError(111, "refused")), SourceUnreachable, "listens", True),
        (requests.ReadTimeout("read timed out"), SourceUnreachable, "in time", False),
        (chained(ConnectionResetError(104, "reset by peer")), SourceUnreachable, "broke: reset by peer.", False),
        (DockerException("Install paramiko"), SourceError, "Install paramiko", False),
    ],
)
def test_errors_of_the_sdk_are_said_in_plain_words(
    error: Exception, kind: type[SourceError], said: str, certain: bool
) -> None:
    found = translated(error)

    assert type(found) is kind
    assert said in str(found)
    assert "\x1b" not in str(found)
    assert never_sent(error) is certain
