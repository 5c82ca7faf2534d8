"""HTTP requests on behalf of runbook steps and panes: reads, and changes behind a permit."""

from __future__ import annotations

import json
import time
from urllib.parse import urlsplit

from cockpit.adapters.http import HttpClient
from cockpit.adapters.http_timing import Progress
from cockpit.model.actions import Permit, Prepared, Preview, PreviewFact
from cockpit.model.answers import Answer
from cockpit.model.errors import SourceError, SourceRefused
from cockpit.model.health import HttpSample, Json
from cockpit.model.identities import EndpointIdentity, Identity
from cockpit.model.operations import HttpRequest, Operation, Rehearsal
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.readings import SourceId
from cockpit.model.text import clean

SAFE_METHODS = frozenset({"GET", "HEAD"})
"""Methods that an observer and a read step may use."""
REHEARSAL_TIMEOUT = 10.0
"""Seconds for a dry run."""
REHEARSAL_LINES = 12
"""Lines of its answer that are shown."""
LINES_CAP = 2_000
"""Lines of a body in an answer."""


class HttpReader:
    """Fulfils `Reader`: GET and HEAD and nothing else.

    Args:
        client: the service.
        rehearses: True sends documented dry runs too, whatever their method; never for an observer.
    """

    def __init__(self, client: HttpClient, *, rehearses: bool = False) -> None:
        self._client = client
        self._rehearses = rehearses

    @property
    def id(self) -> SourceId:
        """The source it reads from."""
        return self._client.id

    async def read(self, operation: Operation, timeout: float) -> Answer:  # noqa: ASYNC109  the port's own word
        """Send a GET or HEAD, or a dry run where those are sent.

        Raises:
            SourceRefused: when the request is no read.
            SourceError: when there was no answer.
        """
        if isinstance(operation, Rehearsal) and self._rehearses:
            return _answer(await self._client.sample(operation.request, timeout))
        request = _request(operation, self._client.id)
        if request.method not in SAFE_METHODS:
            raise SourceRefused(f"{request.method} is no read", "run it as a change")
        return _answer(await self._client.sample(request, timeout))


class HttpExecutor:
    """Fulfils `Executor`: one request, never repeated; not built for an observer."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    @property
    def id(self) -> SourceId:
        """The source it changes."""
        return self._client.id

    async def prepare(self, operation: Operation) -> Prepared:
        """Say what would be sent where, secrets masked; sends nothing but a documented dry run, if there is one.

        Raises:
            SourceError: when the request has no server to go to.
        """
        request = _request(operation, self._client.id)
        url = self._client.masked(self._client.address(request.url))
        server = self._client.server_of(request.url)
        facts = [PreviewFact("request", f"{request.method} {url}")]
        facts += [PreviewFact("header", f"{name}: {value}") for name, value in self._client.sent_headers(request)]
        facts += await self._rehearsed(request.rehearsal)
        body = tuple(self._client.masked(line) for line in request.body.splitlines()[:LINES_CAP])
        if len(body) == 1:
            facts.append(PreviewFact("body", body[0]))
        preview = Preview(f"will send one {request.method} to {server}", tuple(facts), body if len(body) > 1 else ())
        return Prepared(request, EndpointIdentity(server), preview, urlsplit(server).netloc or server)

    async def _rehearsed(self, dry: HttpRequest | None) -> list[PreviewFact]:
        """What the dry run answered."""
        if dry is None:
            return []
        sample = await self._client.sample(dry, REHEARSAL_TIMEOUT)
        facts = [PreviewFact("dry run", f"{dry.method} {self._client.masked(dry.url)} answered {sample.status}")]
        if isinstance(sample.body, dict):
            said = [f"{clean(key)}: {clean(_plain(value), 200)}" for key, value in sample.body.items()]
        else:
            said = sample.text.splitlines()
        return facts + [PreviewFact("it would", self._client.masked(line)) for line in said[:REHEARSAL_LINES]]

    async def identify(self, operation: Operation) -> Identity | None:
        """The server's address: HTTP has no finer identity.

        Raises:
            SourceError: when the request has no server to go to.
        """
        return EndpointIdentity(self._client.server_of(_request(operation, self._client.id).url))

    async def execute(self, permit: Permit) -> Outcome:
        """Send it once. Once any of it may have left, a missing answer means that the outcome is unknown."""
        started = time.monotonic()
        progress = Progress()
        try:
            request = _request(permit.action.operation, self._client.id)
            sample = await self._client.sample(request, permit.action.timeout, progress)
        except SourceError as error:
            kind = OutcomeKind.UNKNOWN if progress.sent else OutcomeKind.FAILED
            return Outcome(kind, error.what, duration=time.monotonic() - started)
        kind, reason = _judged(sample)
        return Outcome(kind, reason, answer=_answer(sample), duration=time.monotonic() - started)


def _plain(value: Json) -> str:
    """A value of a JSON body as a person would write it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _request(operation: Operation, source: SourceId) -> HttpRequest:
    if not isinstance(operation, HttpRequest):
        raise SourceRefused(f"{source} takes HTTP requests only")
    return operation


def _judged(sample: HttpSample) -> tuple[OutcomeKind, str]:
    first = next((line.strip() for line in sample.text.splitlines() if line.strip()), "")
    said = f"{sample.method} answered {sample.status}"
    if 200 <= sample.status < 400:
        return OutcomeKind.SUCCEEDED, said
    return OutcomeKind.FAILED, f"{said}: {first[:300]}" if first else said


def _answer(sample: HttpSample) -> Answer:
    lines = sample.text.splitlines()
    return Answer(
        lines=tuple(lines[:LINES_CAP]),
        value=sample.body if sample.body is not None else sample.text,
        status=sample.status,
        headers=sample.headers,
        body=sample.body,
        cut=max(0, len(lines) - LINES_CAP),
        notice=f"{sample.status} in {sample.latency * 1000:.0f} ms",
    )
