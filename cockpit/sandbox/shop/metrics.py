"""Counters of the api in the text format of Prometheus.

Both api processes answer on one port, so a scrape reaches either: the totals are kept in Redis, where each process
adds what it counted, and are the same whoever answers.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from cockpit.sandbox.shop.flags import CACHE
from cockpit.sandbox.shop.kv import Kv

_TOTALS: Final = "stats:http"
_BUCKETS: Final = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0)


class Metrics:
    """What one process counted since it last told the others."""

    def __init__(self, kv: Kv) -> None:
        self._kv = kv
        self._new: Counter[str] = Counter()

    def count(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count one request; `path` is the route's pattern, so that the number of series stays small."""
        self._new[f"requests|{method}|{path}|{status}"] += 1
        for bucket in _BUCKETS:
            if seconds <= bucket:
                self._new[f"bucket|{bucket:g}"] += 1
        self._new["count"] += 1
        self._new["microseconds"] += int(seconds * 1_000_000)

    async def exposition(self) -> str:
        """The totals of all processes.

        Raises:
            KvError: when Redis does not answer; nothing counted is lost.
        """
        mine, self._new = self._new, Counter()
        try:
            if mine:
                await self._kv.add(_TOTALS, dict(mine))
        except Exception:
            self._new.update(mine)
            raise
        return _text(await self._kv.counters(_TOTALS), await self._kv.counters(CACHE))


def _text(totals: dict[str, int], cache: dict[str, int]) -> str:
    lines = ["# HELP http_requests_total Requests answered.", "# TYPE http_requests_total counter"]
    for key in sorted(totals):
        if key.startswith("requests|"):
            _, method, path, code = key.split("|")
            lines.append(f'http_requests_total{{method="{method}",path="{path}",code="{code}"}} {totals[key]}')
    name = "http_request_duration_seconds"
    lines += [f"# HELP {name} Time from request to answer.", f"# TYPE {name} histogram"]
    lines += [f'{name}_bucket{{le="{bucket:g}"}} {totals.get(f"bucket|{bucket:g}", 0)}' for bucket in _BUCKETS]
    lines.append(f'{name}_bucket{{le="+Inf"}} {totals.get("count", 0)}')
    lines.append(f"{name}_sum {totals.get('microseconds', 0) / 1_000_000}")
    lines.append(f"{name}_count {totals.get('count', 0)}")
    for outcome in ("hits", "misses"):
        lines.append(f"# TYPE flag_cache_{outcome}_total counter")
        lines.append(f"flag_cache_{outcome}_total {cache.get(outcome, 0)}")
    return "\n".join(lines) + "\n"
