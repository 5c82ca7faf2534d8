"""What is asked for of a job: run it now, or set the feature flag that allows it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cockpit.model.actions import Draft, Origin
from cockpit.model.errors import RunbookError
from cockpit.model.locks import JobPlan
from cockpit.model.operations import HttpRequest, Operation, RedisCommand, SqlStatement
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.risk import Risk, RiskVerdict
from cockpit.runbook.http_text import is_request_line, read_request
from cockpit.runbook.redis_words import split_redis

_SQL = re.compile(r"(?i)^\s*(?:update|insert|delete|select|call|merge|with)\b")
_TIMEOUT = 60.0
"""Seconds until the outcome of a job that was started counts as unknown."""


def trigger_job(plan: JobPlan, sources: Sequence[SourceId]) -> Draft:
    """Run a job now; what its dry run answers is shown before the question.

    Args:
        plan: the job.
        sources: what can be changed here.

    Raises:
        RunbookError: when the configuration does not say how.
    """
    if not plan.trigger:
        raise RunbookError(f"the configuration does not say how to run {plan.name}", 'add trigger = "POST /path"')
    request = _request(plan.trigger, plan)
    dry = _request(plan.dry, plan) if plan.dry else None
    return Draft(
        _source(SourceKind.HTTP, sources, plan),
        HttpRequest(request.method, request.url, request.headers, request.body, dry),
        plan.trigger,
        RiskVerdict(Risk.CHANGE, f"{plan.trigger.split()[0]} runs the job {plan.name}"),
        Origin("locks"),
        _TIMEOUT,
    )


def set_flag(plan: JobPlan, sources: Sequence[SourceId], *, on: bool) -> Draft:
    """Allow or forbid a job by its feature flag.

    Args:
        plan: the job.
        sources: what can be changed here.
        on: True enables it.

    Raises:
        RunbookError: when the configuration does not say how.
    """
    key, text = ("enable", plan.enable) if on else ("disable", plan.disable)
    if not text:
        raise RunbookError(f"the configuration does not say how to {key} {plan.name}", f"add {key} to its table")
    kind, operation = command_of(text, plan)
    return Draft(
        _source(kind, sources, plan),
        operation,
        text,
        RiskVerdict(Risk.CHANGE, f"it {key}s the job {plan.name}"),
        Origin("locks"),
    )


def command_of(text: str, plan: JobPlan) -> tuple[SourceKind, Operation]:
    """An HTTP request, SQL, or a Redis command, told apart by how it begins.

    Raises:
        RunbookError: when it is none of them.
    """
    if is_request_line(text.splitlines()[0]):
        return SourceKind.HTTP, _request(text, plan)
    if _SQL.match(text):
        return SourceKind.POSTGRES, SqlStatement(text.replace("%", "%%"))
    words = split_redis(text)
    if not words:
        raise RunbookError(f"{text!r} of the job {plan.name} is no HTTP request, no SQL and no Redis command")
    return SourceKind.REDIS, RedisCommand(tuple(words))


def _request(text: str, plan: JobPlan) -> HttpRequest:
    found = read_request(text)
    if found is None:
        raise RunbookError(f"{text!r} of the job {plan.name} is no HTTP request", "write it as `POST /path`")
    return HttpRequest(found.method, found.url, found.headers, found.body)


def _source(kind: SourceKind, sources: Sequence[SourceId], plan: JobPlan) -> SourceId:
    """The first source of that kind."""
    found = next((source for source in sources if source.kind is kind and source.name == source.system), None)
    if found is None:
        raise RunbookError(f"nothing here can change {kind.value}, which the job {plan.name} needs")
    return found
