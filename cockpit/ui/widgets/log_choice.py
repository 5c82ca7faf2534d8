"""Which of the lines of a log the person wants to see, judged in portions and remembered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cockpit.engine.log_buffer import Kept
from cockpit.engine.log_filter import LogWish

JUDGED_AT_ONCE = 10_000
"""Lines that are judged before the screen is drawn again; the rest follows at the next look."""


class LogChoice:
    """Judges each line once by the wish; a continuation passes with its head."""

    def __init__(self) -> None:
        self.wish = LogWish()
        self._passing: set[int] = set()
        self._judged: set[int] = set()
        self._head_passes: dict[str, bool] = {}
        self._unjudged: list[Kept] = []

    @property
    def chooses(self) -> bool:
        """Whether any line is left out."""
        return self.wish.narrows or bool(self.wish.hidden)

    @property
    def unfinished(self) -> bool:
        """Whether lines are left that were not judged yet."""
        return bool(self._unjudged)

    def ask(self, wish: LogWish, source: Sequence[Kept]) -> None:
        """Take another wish; the newest lines are judged at once, the others wait for `judge_more`."""
        self.wish = wish
        self.forget()
        self.judge(source[-JUDGED_AT_ONCE:])
        self._unjudged = list(source[:-JUDGED_AT_ONCE]) if self.chooses else []

    def forget(self) -> None:
        """Judge every line anew from now on."""
        self._judged.clear()
        self._passing.clear()
        self._head_passes.clear()

    def keep_only(self, lines: Iterable[Kept]) -> None:
        """Forget what was thought of all other lines."""
        known = {kept.number for kept in lines}
        self._passing &= known
        self._judged &= known

    def keep_few(self, lines: Sequence[Kept]) -> None:
        """Forget what was thought of lines that are long gone, once those are many."""
        if len(self._judged) > 2 * len(lines):
            self.keep_only(lines)

    def judge_more(self) -> bool:
        """Judge some of the lines that are left, the newest of them first; whether there were any."""
        if not self._unjudged:
            return False
        heads, self._head_passes = self._head_passes, {}
        self.judge(self._unjudged[-JUDGED_AT_ONCE:])
        self._head_passes = heads
        del self._unjudged[-JUDGED_AT_ONCE:]
        return True

    def judge(self, lines: Iterable[Kept]) -> None:
        """Note which lines pass."""
        if not self.chooses:
            return
        for kept in lines:
            if kept.number not in self._judged:
                self._judged.add(kept.number)
                if self._passes(kept):
                    self._passing.add(kept.number)

    def _passes(self, kept: Kept) -> bool:
        line = kept.line
        if line.continues and self._head_passes.get(line.stream):
            return line.stream not in self.wish.hidden
        passes = self.wish.passes(line)
        if not line.continues:
            self._head_passes[line.stream] = passes
        return passes

    def chosen(self, source: Sequence[Kept], start: int) -> list[Kept]:
        """The lines from a position on that are to be shown, with the context that is wanted around each."""
        tail = source[start:] if start else source
        if not self.chooses:
            return list(tail)
        if not self.wish.context:
            return [kept for kept in tail if kept.number in self._passing]
        return self._with_context(source, start)

    def _with_context(self, source: Sequence[Kept], start: int) -> list[Kept]:
        reach, hidden = self.wish.context, self.wish.hidden
        seen = (kept for kept in source[max(0, start - reach) :] if kept.line.stream not in hidden)
        near = list(enumerate(seen))
        wanted: set[int] = set()
        for n, kept in near:
            if kept.number in self._passing:
                wanted.update(range(n - reach, n + reach + 1))
        edge = source[start] if start < len(source) else None
        return [kept for n, kept in near if n in wanted and (edge is None or kept >= edge)]
