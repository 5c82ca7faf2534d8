"""Log lines for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cockpit.model.logs import Level, LogLine

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def a_line(
    second: float, text: str = "", level: Level = Level.INFO, stream: str = "api", *, continues: bool = False
) -> LogLine:
    """A line so many seconds after three o'clock."""
    return LogLine(stream, text or f"line {second:g}", level, START + timedelta(seconds=second), continues)
