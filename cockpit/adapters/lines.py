"""Bytes that arrive in pieces, split into lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cockpit.model.colours import OutputLine, Painter
from cockpit.model.text import LINE_CAP, clean

KEPT_BYTES = 4 * LINE_CAP
"""Bytes of one line that are kept: enough for the characters that are shown (UTF-8 takes up to four each)."""


@dataclass(frozen=True, slots=True)
class RawLine:
    """One complete line without its line feed.

    Attributes:
        data: its first bytes, at most KEPT_BYTES.
        cut: bytes that were thrown away after them.
    """

    data: bytes
    cut: int = 0

    @property
    def text(self) -> str:
        """The line decoded and cleaned; a cut line says how much is missing."""
        kept, missing = self._decoded()
        return f"{clean(kept)}{missing}"

    def painted(self, painter: Painter) -> OutputLine:
        """The same with its colours."""
        kept, missing = self._decoded()
        line = painter.read(kept)
        return OutputLine(f"{line.text}{missing}", line.stretches) if missing else line

    def _decoded(self) -> tuple[str, str]:
        """What is kept of the line, not cleaned yet, and the words that say how much is missing."""
        decoded = self.data.decode("utf-8", "replace")
        if decoded.endswith("\r"):
            decoded = decoded[:-1]
        missing = max(0, len(decoded) - LINE_CAP) + self.cut
        return decoded[:LINE_CAP], f"… {missing:,} more characters" if missing else ""


class LineSplitter:
    """Keeps an incomplete last line until the rest of it arrives, in bounded memory."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._cut = 0

    def feed(self, data: bytes) -> Iterator[RawLine]:
        """The lines that `data` completes; iterate to the end before the next call."""
        start = 0
        while (end := data.find(b"\n", start)) >= 0:
            self._keep(data[start:end])
            yield self._take()
            start = end + 1
        self._keep(data[start:])

    def skip(self, data: bytes) -> int:
        """How many lines `data` completes, without making them."""
        end = data.rfind(b"\n") + 1
        if end:
            self._take()
        self._keep(data[end:])
        return data.count(b"\n")

    def flush(self) -> RawLine | None:
        """The incomplete last line, when there is one: nothing more will come."""
        return self._take() if self._pending or self._cut else None

    def _keep(self, piece: bytes) -> None:
        room = KEPT_BYTES - len(self._pending)
        self._pending += piece[:room]
        self._cut += max(0, len(piece) - room)

    def _take(self) -> RawLine:
        line = RawLine(bytes(self._pending), self._cut)
        self._pending.clear()
        self._cut = 0
        return line
