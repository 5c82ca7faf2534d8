"""CPU, memory, network, block devices and tasks of containers, as `docker stats` computes them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from cockpit.adapters.docker_engine import DockerEngine
from cockpit.adapters.docker_json import at, items, moment, text, whole
from cockpit.adapters.docker_stream import DockerStream
from cockpit.model.services import NO_TRAFFIC, Traffic

STREAMS = 32
"""Containers measured at a time: each takes a thread and a connection."""
_SILENCE = 10.0
_LINE_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class ContainerUsage:
    """What a container uses; None where the Engine gives no figures.

    Attributes:
        cpu_percent: percent of one core.
        memory_bytes: resident bytes without page cache.
        memory_limit: bytes that it may use; the host's memory when it has no limit of its own.
        tasks: processes and threads.
        traffic: bytes per second since the sample before.
    """

    cpu_percent: float | None = None
    memory_bytes: int | None = None
    memory_limit: int | None = None
    tasks: int | None = None
    traffic: Traffic = NO_TRAFFIC


NOTHING = ContainerUsage()
"""Not measured, or not yet."""


@dataclass(frozen=True, slots=True)
class _Totals:
    """Bytes since the container was started, at one moment."""

    at: datetime | None
    received: int | None
    sent: int | None
    read: int | None
    written: int | None


def usage_of(sample: object) -> ContainerUsage:
    """One object of the Engine's statistics as the docker program shows it (cli/command/container/stats_helpers.go)."""
    return ContainerUsage(
        _cpu_percent(sample),
        _memory(sample),
        whole(sample, "memory_stats", "limit"),
        whole(sample, "pids_stats", "current"),
    )


def traffic_between(before: object, sample: object) -> Traffic:
    """Bytes per second between two objects of the Engine's statistics."""
    earlier, now = _totals(before), _totals(sample)
    if earlier.at is None or now.at is None or now.at <= earlier.at:
        return NO_TRAFFIC
    seconds = (now.at - earlier.at).total_seconds()

    def rate(first: int | None, last: int | None) -> float | None:
        return None if first is None or last is None or last < first else (last - first) / seconds

    return Traffic(
        rate(earlier.received, now.received),
        rate(earlier.sent, now.sent),
        rate(earlier.read, now.read),
        rate(earlier.written, now.written),
    )


def _totals(sample: object) -> _Totals:
    return _Totals(
        moment(sample, "read"),
        _over_networks(sample, "rx_bytes"),
        _over_networks(sample, "tx_bytes"),
        _on_devices(sample, "read"),
        _on_devices(sample, "write"),
    )


def _over_networks(sample: object, key: str) -> int | None:
    """Bytes over all interfaces; None for a container in the network of another, of which nothing is told."""
    networks = at(sample, "networks")
    if not isinstance(networks, dict):
        return None
    return sum(whole(network, key) or 0 for network in networks.values())


def _on_devices(sample: object, operation: str) -> int:
    entries = items(sample, "blkio_stats", "io_service_bytes_recursive")
    return sum(whole(entry, "value") or 0 for entry in entries if text(entry, "op").lower() == operation)


def _cpu_percent(sample: object) -> float | None:
    now, before = at(sample, "cpu_stats"), at(sample, "precpu_stats")
    used, used_before = whole(now, "cpu_usage", "total_usage"), whole(before, "cpu_usage", "total_usage")
    system, system_before = whole(now, "system_cpu_usage"), whole(before, "system_cpu_usage")
    if used is None or used_before is None or system is None or system_before is None or system <= system_before:
        return None
    cores = whole(now, "online_cpus") or len(items(now, "cpu_usage", "percpu_usage")) or 1
    return max(0.0, (used - used_before) / (system - system_before) * cores * 100.0)


def _memory(sample: object) -> int | None:
    memory = at(sample, "memory_stats")
    usage = whole(memory, "usage")
    if usage is None:
        return None
    for cache_key in ("total_inactive_file", "inactive_file"):  # the first in version 1 of cgroups, then version 2
        cache = whole(memory, "stats", cache_key)
        if cache is not None and cache < usage:
            return usage - cache
    return usage


class DockerStats:
    """Keeps one statistics stream for each running container, up to STREAMS of them."""

    def __init__(self, engine: DockerEngine, limit: int = STREAMS) -> None:
        self._engine = engine
        self.limit = limit
        self._meters: dict[str, _Meter] = {}

    def watch(self, running: Iterable[str]) -> int:
        """Measure these containers and no others; ids in order of importance.

        Returns:
            How many are measured.
        """
        wanted = list(dict.fromkeys(running))[: self.limit]
        for gone in self._meters.keys() - set(wanted):
            self._meters.pop(gone).close()
        for container in wanted:
            meter = self._meters.get(container)
            if meter is None or meter.ended:
                self._meters[container] = _Meter(self._engine, container)
        return len(wanted)

    def usage(self, container: str) -> ContainerUsage:
        """The newest figures of a container."""
        meter = self._meters.get(container)
        return meter.latest if meter and not meter.ended else NOTHING

    def close(self) -> None:
        """End all streams."""
        while self._meters:
            self._meters.popitem()[1].close()


class _Meter:
    def __init__(self, engine: DockerEngine, container: str) -> None:
        self.latest = NOTHING
        self._before: object = None
        self._pending = b""
        self._stream = DockerStream(
            engine, f"/containers/{container}/stats", {"stream": "1"}, self._take, silence=_SILENCE
        )

    @property
    def ended(self) -> bool:
        return self._stream.ended

    def close(self) -> None:
        self._stream.close()

    def _take(self, data: bytes) -> None:
        *complete, self._pending = (self._pending + data).split(b"\n")
        if len(self._pending) > _LINE_LIMIT:
            self._pending = b""
        for line in complete[-1:]:
            try:
                sample: object = json.loads(line)
            except ValueError:
                self.latest = NOTHING
            else:
                self.latest = replace(usage_of(sample), traffic=traffic_between(self._before, sample))
                self._before = sample
