"""A check's HTTP request, as a source that is read again and again."""

from __future__ import annotations

import time
from dataclasses import replace

import httpx

from cockpit.adapters.http import HttpClient
from cockpit.adapters.plain_source import PlainSource
from cockpit.model.errors import SourceError, SourceRefused
from cockpit.model.health import HttpSample
from cockpit.model.operations import HttpRequest
from cockpit.model.readings import SourceId

REDIRECTS = 10
"""Redirects that are followed at the most."""
_KEEPS_METHOD = frozenset({307, 308})
_REDIRECTING = frozenset({301, 302, 303}) | _KEEPS_METHOD
_NOT_FOR_OTHERS = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})


class HttpSource(PlainSource):
    """Sends the same request at each fetch; any status is an answer, no answer is an error.

    Args:
        client: the environment's HTTP client for checks; shared, so it is not closed here.
        source: the id under which its readings are known.
        request: what to send.
        deadline: seconds for the whole exchange, redirects included.
        follow: whether redirects are followed.
        reads_only: True sends GET and HEAD and nothing else, for an observer.
    """

    def __init__(
        self,
        client: HttpClient,
        source: SourceId,
        request: HttpRequest,
        deadline: float,
        *,
        follow: bool = False,
        reads_only: bool = False,
    ) -> None:
        self._client = client
        super().__init__(source)
        self._request = request
        self._deadline = deadline
        self._follow = follow
        self._reads_only = reads_only

    async def fetch(self) -> HttpSample:
        """Send the request once, and follow where it leads when that is wanted.

        Raises:
            SourceRefused: when it is no GET or HEAD and only those may be sent.
            SourceError: when no whole answer came in time, or the redirects never end.
        """
        if self._reads_only and self._request.method not in ("GET", "HEAD"):
            raise SourceRefused(f"an observer sends no {self._request.method}", "look at this check as an operator")
        started, passed, request = time.monotonic(), list[str](), self._request
        while True:
            left = self._deadline - (time.monotonic() - started)
            sample = await self._client.sample(request, max(0.001, left))
            following = _following(request, sample, self._client) if self._follow else None
            if following is None:
                return replace(sample, redirects=tuple(passed), latency=_whole(sample, passed, started))
            passed.append(sample.url)
            if len(passed) > REDIRECTS:
                raise SourceError(f"{passed[0]} redirects more than {REDIRECTS} times", "look where it leads")
            request = following


def _whole(sample: HttpSample, passed: list[str], started: float) -> float:
    return time.monotonic() - started if passed else sample.latency


def _following(request: HttpRequest, sample: HttpSample, client: HttpClient) -> HttpRequest | None:
    """The request that a redirect asks for; None when it is none. RFC 9110, section 15.4."""
    # httpx has refused a location that is no URL already
    location = next((value for name, value in sample.headers if name == "location"), "")
    if sample.status not in _REDIRECTING or not location:
        return None
    here = client.address(request.url)
    there = str(httpx.URL(here).join(location))
    away = client.server_of(there) != client.server_of(here)
    headers = tuple(pair for pair in request.headers if not (away and pair[0].lower() in _NOT_FOR_OTHERS))
    if sample.status in _KEEPS_METHOD:
        return HttpRequest(request.method, there, headers, request.body)
    return HttpRequest("HEAD" if request.method == "HEAD" else "GET", there, headers)
