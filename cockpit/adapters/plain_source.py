"""What most sources are: a name over parts that they share with others."""

from __future__ import annotations

from cockpit.model.readings import SourceId


class PlainSource:
    """A source that cannot tell which server process is behind it, and holds nothing of its own.

    Args:
        source: the id under which its readings are known.
    """

    def __init__(self, source: SourceId) -> None:
        self._source = source

    @property
    def id(self) -> SourceId:
        """Which source it is."""
        return self._source

    @property
    def server(self) -> str | None:
        """Nothing tells it; where there is a server, another source of it does."""
        return None

    async def close(self) -> None:
        """Nothing to let go of: connections and threads belong to those who made them."""
