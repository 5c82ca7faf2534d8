"""Numbers as people say them."""

from __future__ import annotations


def short_duration(seconds: float) -> str:
    """`340ms`, `3.2s`, `51s`, `12m05s`, `2h13m`, `3d04h`; negative ones keep their sign."""
    if seconds < 0:
        return f"-{short_duration(-seconds)}"
    if seconds < 1:
        return f"{seconds * 1000:.0f}ms"
    if seconds < 10:
        return f"{seconds:.1f}s"
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    if whole < 86_400:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
    return f"{whole // 86_400}d{whole % 86_400 // 3600:02d}h"


def count(number: int, singular: str, plural: str = "") -> str:
    """`1 key`, `3 keys`, `1,204 rows`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
