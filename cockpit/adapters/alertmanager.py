"""The alerts of an Alertmanager."""

from __future__ import annotations

from cockpit.adapters.alerts import alert_of, objects, text_of
from cockpit.adapters.http import HttpClient
from cockpit.adapters.http_body import BODY_CAP
from cockpit.adapters.plain_source import PlainSource
from cockpit.model.errors import SourceGarbled
from cockpit.model.health import Json
from cockpit.model.metrics import Alert, AlertsSnapshot
from cockpit.model.operations import HttpRequest
from cockpit.model.readings import SourceId

PATH = "/api/v2/alerts"


class AlertmanagerAlerts(PlainSource):
    """Fulfils `Source[AlertsSnapshot]`.

    Args:
        source: the id under which its readings are known.
        client: the Alertmanager.
        deadline: seconds for one look.
    """

    def __init__(self, source: SourceId, client: HttpClient, deadline: float) -> None:
        super().__init__(source)
        self._client = client
        self._deadline = deadline

    async def fetch(self) -> AlertsSnapshot:
        """Read all active alerts, silenced and inhibited ones too.

        Raises:
            SourceGarbled: when it does not answer as Alertmanager does.
            SourceError: when there was no answer.
        """
        sample = await self._client.sample(HttpRequest("GET", PATH), self._deadline, cap=16 * BODY_CAP)
        if sample.status != 200 or not isinstance(sample.body, list):
            raise SourceGarbled(
                f"{sample.url} answered {sample.status} and not as Alertmanager does",
                "check the url of [[alertmanager]]",
            )
        return AlertsSnapshot(tuple(_alert(item) for item in objects(sample.body)))

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()


def _alert(item: dict[str, Json]) -> Alert:
    status = item.get("status")
    told = status if isinstance(status, dict) else {}
    silences, inhibitors = _ids(told.get("silencedBy")), _ids(told.get("inhibitedBy"))
    state = "silenced" if silences else "inhibited" if inhibitors else "firing"
    return alert_of(item, text_of(item.get("startsAt")), state, silences or inhibitors)


def _ids(value: Json) -> str:
    return ", ".join(text_of(item) for item in value) if isinstance(value, list) else ""
