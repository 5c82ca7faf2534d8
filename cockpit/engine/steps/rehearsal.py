"""The documented dry run of a request: found beside the step, and taken only when it is that same request.

A dry run is sent without a question, so a runbook's word alone is not enough: it must be the step's own request with a
parameter such as `dry=1` more. That of a job comes from the configuration, which is trusted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from cockpit.engine.board import Board
from cockpit.engine.steps.flow import written
from cockpit.model.locks import JobPlan, LocksSnapshot
from cockpit.model.operations import HttpRequest
from cockpit.model.runbook import Command, Kind, Step
from cockpit.runbook.commands import build_command
from cockpit.runbook.http_text import read_request
from cockpit.runbook.resolve_http import resolve_http

TIMEOUT = 15.0
"""Seconds for a dry run, unless the author said otherwise."""
_NAMES = re.compile(r"dry|dry[-_]?run", re.IGNORECASE)
_YES = re.compile(r"1|true|yes|on", re.IGNORECASE)
_MENTIONED = re.compile(r"[?&]((?:dry|dry[-_]?run)=(?:1|true|yes|on))(?![\w.-])", re.IGNORECASE)


def dry_run(
    step: Step, command: Command, request: HttpRequest, values: Mapping[str, str], plans: Iterable[JobPlan]
) -> HttpRequest | None:
    """The request that says what another one would do and changes nothing; None when none is documented.

    Args:
        step: what is written beside it counts.
        command: that of the request.
        request: what would be sent.
        values: for placeholders.
        plans: the configured jobs, whose trigger the request may be.

    Raises:
        RunbookError: when a value of the documented dry run is missing.
    """
    if _is_dry(request):
        return None
    wanted = command.annotations.dry or written(step, "dry")
    if wanted:
        found = resolve_http(build_command(wanted, command.line, kind=Kind.HTTP, known=command.placeholders), values)
        return replace(request, url=found.url) if _is_same(request, found) else None
    of_job = next((plan.dry for plan in plans if plan.dry and plan.trigger == f"{request.method} {request.url}"), "")
    configured = read_request(of_job) if of_job else None
    if configured is not None:
        return HttpRequest(configured.method, configured.url, configured.headers, configured.body)
    mentioned = _MENTIONED.search(step.source)
    if mentioned is None:
        return None
    return replace(request, url=f"{request.url}{'&' if '?' in request.url else '?'}{mentioned[1]}")


def plans_in(board: Board) -> list[JobPlan]:
    """The jobs that the configuration knows, as far as their locks have been read."""
    snapshots = (reading.value for reading in board.readings.values())
    locks = (lock for snapshot in snapshots if isinstance(snapshot, LocksSnapshot) for lock in snapshot.locks)
    return [lock.job for lock in locks if lock.job is not None]


def _is_same(request: HttpRequest, dry: HttpRequest) -> bool:
    """Whether a dry run is the same request but for the parameter that makes it one."""
    if request.method != dry.method or _place(request) != _place(dry) or dry.body not in ("", request.body):
        return False
    left = [pair for pair in _parameters(dry) if not _says_dry(pair)]
    return _is_dry(dry) and sorted(left) == sorted(_parameters(request))


def _place(request: HttpRequest) -> tuple[str, str, str]:
    parts = urlsplit(request.url)
    return parts.scheme, parts.netloc, parts.path


def _is_dry(request: HttpRequest) -> bool:
    return any(_says_dry(pair) for pair in _parameters(request))


def _says_dry(pair: tuple[str, str]) -> bool:
    return _NAMES.fullmatch(pair[0]) is not None and _YES.fullmatch(pair[1]) is not None


def _parameters(request: HttpRequest) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
