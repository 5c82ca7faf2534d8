"""CPU and memory of containers, as `docker stats` computes them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from cockpit.adapters.docker_engine import DockerEngine
from cockpit.adapters.docker_json import at, items, whole
from cockpit.adapters.docker_stream import DockerStream

STREAMS = 32
"""Containers measured at a time: each takes a thread and a connection."""
_SILENCE = 10.0
_LINE_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class ContainerUsage:
    """Percent of one core, and resident bytes without page cache; None where the Engine gives no figures."""

    cpu_percent: float | None
    memory_bytes: int | None


def usage_of(sample: object) -> ContainerUsage:
    """One object of the Engine's statistics as the docker program shows it (cli/command/container/stats_helpers.go)."""
    return ContainerUsage(_cpu_percent(sample), _memory(sample))


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
        self._limit = limit
        self._meters: dict[str, _Meter] = {}

    def watch(self, running: Iterable[str]) -> int:
        """Measure these containers and no others; ids in order of importance.

        Returns:
            How many are measured.
        """
        wanted = list(dict.fromkeys(running))[: self._limit]
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
        return meter.latest if meter and not meter.ended else ContainerUsage(None, None)

    def close(self) -> None:
        """End all streams."""
        while self._meters:
            self._meters.popitem()[1].close()


class _Meter:
    def __init__(self, engine: DockerEngine, container: str) -> None:
        self.latest = ContainerUsage(None, None)
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
                self.latest = usage_of(json.loads(line))
            except ValueError:
                self.latest = ContainerUsage(None, None)
