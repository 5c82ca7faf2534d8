"""What every test may rely on."""

from __future__ import annotations

import os
import time

os.environ.pop("NO_COLOR", None)
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["TZ"] = "UTC"

import pytest

time.tzset()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--monkey-keys", type=int, default=5_000, help="events that the monkey sends (5,000)")
    parser.addoption("--monkey-seed", type=int, default=20_261_121, help="the monkey's seed")


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that the cockpit runs on."""
    return "asyncio"
