"""What every test may rely on."""

from __future__ import annotations

import os
import time

os.environ.pop("NO_COLOR", None)
os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["TZ"] = "UTC"

import pytest

time.tzset()


@pytest.fixture
def anyio_backend() -> str:
    """The event loop that the cockpit runs on."""
    return "asyncio"
