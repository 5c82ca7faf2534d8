from __future__ import annotations

import os
import socket
from threading import Event

import psutil
import pytest

from cockpit.adapters import host
from cockpit.adapters.clock import SystemClock
from cockpit.adapters.host import HostSource
from cockpit.adapters.host_meter import TOP_PROCESSES
from cockpit.model.errors import SourceUnreachable

pytestmark = pytest.mark.anyio


async def test_the_host_is_read_with_rates_from_the_second_time_on() -> None:
    source = HostSource()
    first = await source.fetch()
    second = await source.fetch()
    await source.close()

    assert first.hostname == socket.gethostname()
    assert len(first.cpu_percent) == psutil.cpu_count()
    assert 0 < first.memory_used < first.memory_total
    assert first.net_received is None
    assert second.net_received is not None
    assert second.net_received >= 0
    assert second.uptime >= first.uptime > 0
    assert source.server is not None


async def test_real_disks_are_listed_once_and_fill_up_to_a_hundred_percent() -> None:
    source = HostSource()
    disks = (await source.fetch()).disks
    await source.close()

    assert len({disk.mount for disk in disks}) == len(disks)
    assert all(0 <= disk.percent <= 100 for disk in disks)


async def test_the_busiest_processes_come_first() -> None:
    source = HostSource()
    await source.fetch()
    sum(number * number for number in range(1_500_000))
    top = (await source.fetch()).top
    await source.close()

    assert len(top) <= TOP_PROCESSES
    assert [one.cpu_percent for one in top] == sorted((one.cpu_percent for one in top), reverse=True)
    assert os.getpid() in [one.pid for one in top]
    assert all(one.name for one in top)


async def test_hanging_disks_are_left_out_and_the_rest_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    released = Event()
    monkeypatch.setattr(host, "_DISK_DEADLINE", 0.05)
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: released.wait() and [])
    source = HostSource()

    snapshot = await source.fetch()
    released.set()
    await source.close()

    assert snapshot.disks == ()
    assert snapshot.memory_total > 0


async def test_figures_that_cannot_be_read_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise OSError("no /proc here")

    monkeypatch.setattr(psutil, "virtual_memory", broken)
    source = HostSource()
    with pytest.raises(SourceUnreachable, match="no /proc here"):
        await source.fetch()
    await source.close()
    with pytest.raises(SourceUnreachable, match="within"):
        await source.fetch()


def test_the_clock_is_aware_and_never_goes_back() -> None:
    clock = SystemClock()

    assert str(clock.now().tzinfo) == "UTC"
    assert clock.monotonic() <= clock.monotonic()
