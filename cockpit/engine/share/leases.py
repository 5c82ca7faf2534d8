"""Two operators on one incident do not run the same step at the same time: whoever runs it holds a lease on it."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable

from cockpit.model.errors import SourceError
from cockpit.model.share import ShareStream

LASTS = 30.0
"""Seconds until the lease of a cockpit that is gone runs out."""
PROLONGED_EVERY = 10.0
TAKING = 1.0
"""Seconds that a step waits at the most to hear whether somebody else runs it."""


class Leases:
    """Takes leases, prolongs them while they are used, and gives them back.

    A share that does not answer keeps nobody from working: then nothing is known of others, and the identity check and
    the journal are what guards a change.

    Args:
        stream: where leases are kept.
        who: user@host.
        story: gives the identity of the incident that is shared, "" when none is.
    """

    def __init__(self, stream: ShareStream, who: str, story: Callable[[], str]) -> None:
        self._stream = stream
        self._who = who
        self._story = story

    @contextlib.asynccontextmanager
    async def on(self, what: str) -> AsyncIterator[str]:
        """Hold a lease meanwhile; gives the name of whoever else has it, "" when nobody is known to.

        Args:
            what: names the step, the same in every cockpit.
        """
        story, token = self._story(), f"{self._who} {secrets.token_hex(8)}"
        other = await self._take(story, what, token) if story else None
        if other is None or other:
            yield other or ""
            return
        keeping = asyncio.create_task(self._keep(story, what, token), name="lease")
        try:
            yield ""
        finally:
            keeping.cancel()
            with contextlib.suppress(SourceError, TimeoutError):
                async with asyncio.timeout(TAKING):
                    await self._stream.let_go(story, what, token)

    async def _take(self, story: str, what: str, token: str) -> str | None:
        """Whose it is: "" for ours, None when that cannot be told."""
        try:
            async with asyncio.timeout(TAKING):
                if await self._stream.hold(story, what, token, LASTS):
                    return ""
                return (await self._stream.holder(story, what)).rpartition(" ")[0] or None
        except (SourceError, TimeoutError):
            return None

    async def _keep(self, story: str, what: str, token: str) -> None:
        while True:
            await asyncio.sleep(PROLONGED_EVERY)
            with contextlib.suppress(SourceError):
                await self._stream.hold(story, what, token, LASTS)
