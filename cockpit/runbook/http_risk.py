"""What an HTTP request may do: its method says so."""

from __future__ import annotations

import re

from cockpit.model.risk import Risk, RiskVerdict
from cockpit.runbook.http_text import RequestText, read_request

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_CHANGING_PATH = re.compile(
    r"/(?:delete|drop|reset|restart|purge|flush|trigger|rollback|shutdown|disable|enable)(?:[/?]|$)", re.I
)


def judge_http(text: str) -> RiskVerdict:
    """The risk of a request written as `METHOD target` with headers and body."""
    request = read_request(text)
    if request is None:
        return RiskVerdict(Risk.UNKNOWN, "it is no HTTP request")
    return judge_request(request)


def judge_request(request: RequestText) -> RiskVerdict:
    """The risk of a request by its method."""
    if request.method in _SAFE:
        if _CHANGING_PATH.search(request.url):
            return RiskVerdict(Risk.UNKNOWN, f"{request.method} should only read, but its path names a change")
        return RiskVerdict(Risk.READ, f"{request.method} only reads")
    if request.method == "DELETE":
        return RiskVerdict(Risk.CHANGE, "DELETE removes what the URL names")
    return RiskVerdict(Risk.CHANGE, f"{request.method} changes something at the other end")
