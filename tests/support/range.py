"""The real range for contract tests: one healthy range a session, and a factory for ranges with a fault.

Use in a test module:

    from tests.support.range import healthy_range, start_range  # noqa: F401

    def test_x(healthy_range: RangeInfo) -> None: ...

    def test_y() -> None:
        with start_range("cron-stuck") as info: ...
"""

from __future__ import annotations

import contextlib
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cockpit.sandbox.info import RangeInfo
from cockpit.sandbox.launch import start_range_process

RUNBOOKS = Path(__file__).resolve().parents[2] / "runbooks"


@contextlib.contextmanager
def start_range(scenario: str | None = None) -> Iterator[RangeInfo]:
    """A range of its own, with a fault if named; gone when the block ends, and when the test process dies."""
    running, info = start_range_process(scenario, RUNBOOKS)
    try:
        yield info
    finally:
        running.stop()


@pytest.fixture(scope="session")
def healthy_range() -> Iterator[RangeInfo]:
    """A range without a fault, shared by the tests of one worker: leave it as you found it."""
    with start_range() as info:
        yield info


def get(url: str, method: str = "GET", body: object = None) -> tuple[int, Any]:
    """Status and body of one HTTP request; the body as JSON when it is JSON, else as text."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"} if data else {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=15) as response:
            status, raw = response.status, response.read()
    except urllib.error.HTTPError as error:
        status, raw = error.code, error.read()
    try:
        return status, json.loads(raw)
    except ValueError:
        return status, raw.decode()


def wait_for(reached: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    """Wait for a state of the outside world; fails the test when it is not reached in time."""
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.05)
