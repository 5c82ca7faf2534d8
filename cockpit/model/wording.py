"""Numbers as people say them."""

from __future__ import annotations


def short_duration(seconds: float) -> str:
    """`340ms`, `3.2s`, `51s`, `5m`, `12m05s`, `2h13m`, `3d04h`; negative ones keep their sign."""
    if seconds < 0:
        return f"-{short_duration(-seconds)}"
    if seconds < 1:
        return f"{seconds * 1000:.0f}ms"
    if seconds < 10:
        return f"{seconds:.1f}s"
    whole = int(seconds)
    for unit, size, lesser, step in (("d", 86_400, "h", 3600), ("h", 3600, "m", 60), ("m", 60, "s", 1)):
        if whole >= size:
            rest = whole % size // step
            return f"{whole // size}{unit}{rest:02d}{lesser}" if rest else f"{whole // size}{unit}"
    return f"{whole}s"


def count(number: int, singular: str, plural: str = "") -> str:
    """`1 key`, `3 keys`, `1,204 rows`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
