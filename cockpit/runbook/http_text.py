"""HTTP requests as people write them: `POST /path` with headers and a body, and the arguments of curl."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.runbook.words import words

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_REQUEST_LINE = re.compile(rf"^({'|'.join(METHODS)})\s+(\S.*?)(?:\s+HTTP/[\d.]+)?\s*$")
_HEADER = re.compile(r"^([A-Za-z][A-Za-z0-9-]*):[ \t]*(.*)$")
_NO_EFFECT = frozenset("fsSLivkgN46#")
_SWITCHES = frozenset("IG")
_LONG_NO_EFFECT = words(
    """--fail --silent --show-error --location --include --verbose --insecure --compressed --globoff --no-buffer
    --fail-with-body --http1.1 --http2 --ipv4 --ipv6 --no-progress-meter --progress-bar"""
)
_IGNORED_VALUES = words("-m --max-time --connect-timeout --retry --retry-delay --retry-max-time -w --write-out")
_BODY = words("-d --data --data-raw --data-ascii --data-binary --json --data-urlencode")


@dataclass(frozen=True, slots=True)
class RequestText:
    """A request with its placeholders and variables still in it.

    Attributes:
        method: in capitals.
        url: absolute URL, path, or a variable followed by a path.
        headers: name and value.
        body: "" for none.
        user: what curl's -u was given, "" for none; it becomes a Basic Authorization header.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    user: str = ""


def read_request(text: str) -> RequestText | None:
    """Read `METHOD target`, header lines, an empty line and a body; None when it is no request."""
    lines = text.strip().split("\n")
    found = _REQUEST_LINE.match(lines[0].strip())
    if found is None:
        return None
    headers: list[tuple[str, str]] = []
    at = 1
    while at < len(lines) and lines[at].strip():
        header = _HEADER.match(lines[at].strip())
        if header is None:
            break
        headers.append((header[1], header[2]))
        at += 1
    body = "\n".join(lines[at:]).strip()
    return RequestText(found[1], found[2].strip(), tuple(headers), body)


def is_request_line(line: str) -> bool:
    """True for `GET /path` and `POST https://...`, also with a variable or placeholder first."""
    found = _REQUEST_LINE.match(line.strip())
    return found is not None and re.match(r"(?:/|https?://|\$|<|\{|\[)", found[2]) is not None


def read_curl(arguments: Sequence[str]) -> RequestText | None:
    """The request that curl would send; None when it does more than send one (files, proxies, several URLs).

    Args:
        arguments: the program and its arguments without quotes.
    """
    method = ""
    headers: list[tuple[str, str]] = []
    bodies: list[str] = []
    urls: list[str] = []
    user = ""
    head = False
    in_url = False
    pending = list(arguments[1:])
    while pending:
        item = pending.pop(0)
        option, value = _option(item, pending)
        if option is None:
            urls.append(item)
        elif option in ("-X", "--request"):
            method = value.upper()
        elif option in ("-H", "--header"):
            name, colon, content = value.partition(":")
            if not colon:
                return None
            headers.append((name.strip(), content.strip()))
        elif option in _BODY:
            if value.startswith("@") or option == "--data-urlencode":
                return None
            bodies.append(value)
            headers += [("Content-Type", "application/json")] if option == "--json" else []
        elif option in ("-u", "--user"):
            user = value
        elif option in ("-A", "--user-agent"):
            headers.append(("User-Agent", value))
        elif option in ("-I", "--head"):
            head = True
        elif option in ("-G", "--get"):
            in_url = True
        elif option == "--url":
            urls.append(value)
        elif option in ("-o", "--output") and value == "/dev/null":
            continue
        elif option != "" and option not in _IGNORED_VALUES:
            return None
    if len(urls) != 1:
        return None
    if in_url and bodies:
        joint = "&" if "?" in urls[0] else "?"
        return RequestText(method or "GET", joint.join([urls[0], "&".join(bodies)]), tuple(headers), "", user)
    fallback = "HEAD" if head else "POST" if bodies else "GET"
    return RequestText(method or fallback, urls[0], tuple(headers), "&".join(bodies), user)


def _option(item: str, pending: list[str]) -> tuple[str | None, str]:
    """Name and value of an option; None for what is no option, "" for one without effect on the request."""
    if not item.startswith("-") or item == "-":
        return None, ""
    if item.startswith("--"):
        name, equals, attached = item.partition("=")
        if name in _LONG_NO_EFFECT:
            return "", ""
        if name in ("--head", "--get"):
            return name, ""
        return name, attached if equals else _next(pending)
    return _short(item, pending)


def _short(item: str, pending: list[str]) -> tuple[str, str]:
    """Joined short options such as -sSXPOST: the first that takes a value takes the rest."""
    for at, letter in enumerate(item[1:], 1):
        if letter in _SWITCHES:
            if item[at + 1 :]:
                pending.insert(0, f"-{item[at + 1 :]}")
            return f"-{letter}", ""
        if letter not in _NO_EFFECT:
            return f"-{letter}", item[at + 1 :] or _next(pending)
    return "", ""


def _next(pending: list[str]) -> str:
    return pending.pop(0) if pending else ""
