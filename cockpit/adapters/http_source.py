"""A check's HTTP request, as a source that is read again and again."""

from __future__ import annotations

from cockpit.adapters.http import HttpClient
from cockpit.model.actions import HttpRequest
from cockpit.model.health import HttpSample
from cockpit.model.readings import SourceId


class HttpSource:
    """Sends the same request at each fetch; any status is an answer, no answer is an error.

    Args:
        client: the environment's HTTP client; shared, so it is not closed here.
        source: the id under which its readings are known.
        request: what to send.
        deadline: seconds for the whole exchange.
    """

    def __init__(self, client: HttpClient, source: SourceId, request: HttpRequest, deadline: float) -> None:
        self._client = client
        self._source = source
        self._request = request
        self._deadline = deadline

    @property
    def id(self) -> SourceId:
        """Which request it is."""
        return self._source

    @property
    def server(self) -> str | None:
        """HTTP does not say which process answered."""
        return None

    async def fetch(self) -> HttpSample:
        """Send the request once.

        Raises:
            SourceError: when no whole answer came in time.
        """
        return await self._client.sample(self._request, self._deadline)

    async def close(self) -> None:
        """Nothing to let go of: the client is shared."""
