"""Public status pages in the common form `/api/v2/status.json`."""

from __future__ import annotations

from cockpit.adapters.http import HttpClient
from cockpit.adapters.plain_source import PlainSource
from cockpit.model.errors import SourceGarbled, SourceRefused
from cockpit.model.health import Json
from cockpit.model.operations import HttpRequest
from cockpit.model.probes import StatusPage
from cockpit.model.readings import SourceId

PATH = "/api/v2/status.json"


class StatusPageProbe(PlainSource):
    """Fulfils `Source[StatusPage]`.

    Args:
        source: the id under which its readings are known.
        client: sends the request; shared, so it is not closed here.
        url: the page, for example https://www.githubstatus.com.
        deadline: seconds for one look.
    """

    def __init__(self, source: SourceId, client: HttpClient, url: str, deadline: float) -> None:
        super().__init__(source)
        self._client = client
        self._url = url.rstrip("/").removesuffix(PATH)
        self._deadline = deadline

    async def fetch(self) -> StatusPage:
        """Read the page once.

        Raises:
            SourceRefused: when it answers with another status than 200.
            SourceGarbled: when the answer is not of this form.
            SourceError: when there was no answer.
        """
        sample = await self._client.sample(HttpRequest("GET", self._url + PATH), self._deadline)
        if sample.status != 200:
            raise SourceRefused(f"{sample.url} answered {sample.status}", "check that it is a status page's address")
        status, page = _part(sample.body, "status"), _part(sample.body, "page")
        indicator = status.get("indicator")
        if not isinstance(indicator, str):
            raise SourceGarbled(f"{sample.url} has no status.indicator", "name a page of statuspage.io's form")
        return StatusPage(str(page.get("name") or self._url), indicator, str(status.get("description") or indicator))


def _part(body: Json, name: str) -> dict[str, Json]:
    part = body.get(name) if isinstance(body, dict) else None
    return part if isinstance(part, dict) else {}
