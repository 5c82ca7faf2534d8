"""Backends to test with."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cockpit.model.activity import Backend
from tests.support.clock import FixedClock


def a_backend(pid: int, **changes: object) -> Backend:
    """An active client backend of the service, with some fields changed."""
    backend = Backend(
        pid=pid,
        backend_start=FixedClock().now() - timedelta(hours=1),
        database="shop",
        user="shop",
        application="shop-api",
        client="127.0.0.1",
        state="active",
        wait_event_type="",
        wait_event="",
        backend_type="client backend",
        query="SELECT 1",
        backend_age=3600.0,
        transaction_age=10.0,
        query_age=10.0,
        state_age=10.0,
    )
    return replace(backend, **changes)  # type: ignore[arg-type]
