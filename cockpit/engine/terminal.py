"""The terminal, lent to a program by an action; the screen is what lends it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from cockpit.model.errors import CockpitError, SourceRefused

Lend = Callable[[Sequence[str]], Awaitable[int]]
"""Gives the terminal to a program until it ends, and returns its exit code."""


class LentTerminal:
    """Knows how to hand the terminal over once there is a screen that has it."""

    def __init__(self) -> None:
        self._lend: Lend | None = None

    def offer(self, lend: Lend | None) -> None:
        """From now on the terminal is lent in this way; None takes the offer back."""
        self._lend = lend

    async def run(self, command: Sequence[str]) -> int:
        """Give the terminal to a program until it ends.

        Raises:
            SourceRefused: when there is no terminal to lend, or the program cannot be started.
        """
        if self._lend is None:
            raise SourceRefused("there is no terminal here that could be handed over")
        try:
            return await self._lend(command)
        except CockpitError as error:
            raise SourceRefused(error.what, error.remedy) from error
