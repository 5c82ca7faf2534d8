"""A written request and its values as one HTTP request."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from cockpit.model.errors import RunbookError
from cockpit.model.operations import HttpRequest
from cockpit.model.runbook import Command
from cockpit.runbook import shell_syntax
from cockpit.runbook.fill import Template, form_value, header_value, json_value, places_in, url_value
from cockpit.runbook.http_text import RequestText, read_curl, read_request
from cockpit.runbook.placeholders import variable_places

_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:/[\w./~%-]*)?")
_HOST = re.compile(r"[A-Za-z0-9.-]+(?::\d{1,5})?")


def resolve_http(command: Command, values: Mapping[str, str]) -> HttpRequest:
    """The request that a command stands for.

    Args:
        command: of kind http; `METHOD target` with headers and body, or curl.
        values: for placeholders and for the $VARIABLES in it.

    Raises:
        RunbookError: when a value is missing or would make another request of it, or when it is no request.
    """
    places = {place.start: place for place in (*variable_places(command.text), *places_in(command))}
    template = Template(command.text, [places[start] for start in sorted(places)], values)
    request = _request(template.marked)
    if request is None:
        raise RunbookError(
            f"`{command.text.splitlines()[0][:60]}` is not one plain HTTP request", "run it exactly as written instead"
        )
    url = _url(template, request.url)
    headers = tuple(
        (template.fill(name, _token), template.fill(value, header_value)) for name, value in request.headers
    )
    body = _body(template, request)
    if request.user:
        pair = template.fill(request.user, header_value)
        encoded = base64.b64encode(pair.encode()).decode()
        headers = (*headers, ("Authorization", f"Basic {encoded}"))
    if request.body and not any(name.lower() == "content-type" for name, _ in headers):
        headers = (*headers, ("Content-Type", "application/json" if _is_json(request.body, template) else _FORM))
    return HttpRequest(request.method, url, headers, body)


_FORM = "application/x-www-form-urlencoded"


def _request(text: str) -> RequestText | None:
    written = read_request(text)
    if written is not None:
        return written
    parts = shell_syntax.read(text)
    commands = parts.commands
    # The reader only calls it http when nothing but a bare jq follows, so the first command is the request.
    return read_curl(commands[0].texts) if commands and commands[0].program == "curl" else None


def _url(template: Template, text: str) -> str:
    """The URL; a value may be its beginning when it is an origin, and never adds or removes path segments."""
    head = re.match(r"^(?:[a-z]+://)?[^/?#]*", text)
    start = head[0] if head else ""
    rest = text[len(start) :]
    if not template.holds(start):
        filled = start
    elif "://" in start:
        filled = template.fill(start, _host)
    elif len(start) == 1:
        filled = template.fill(start, _origin).rstrip("/")
    else:
        raise RunbookError("a value stands where the address of the request begins", "write the scheme and host out")
    url = filled + template.fill(rest, url_value)
    if template.holds(rest) and _dots(url) > _dots(rest):
        raise RunbookError("a value would lead the request to another path", "use a value other than . and ..")
    return url


def _dots(url: str) -> int:
    return sum(unquote(segment) in (".", "..") for segment in re.split(r"[/\\]", urlsplit(url).path))


def _origin(value: str) -> str:
    if value.startswith("/") or _ORIGIN.fullmatch(value):
        return value
    raise RunbookError("a value for the address of a request is no http or https URL", "use one such as https://host")


def _host(value: str) -> str:
    if _HOST.fullmatch(value):
        return value
    raise RunbookError("a value for the host of a request is no host name", "use a name such as api.example.com")


def _token(value: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9-]+", value):
        return value
    raise RunbookError("a value for a header's name holds more than letters, digits and hyphens", "correct it")


def _body(template: Template, request: RequestText) -> str:
    if not template.holds(request.body):
        return request.body
    if _is_json(request.body, template):
        return _fill_json(template, request.body)
    if re.match(r"^[\w.\[\]-]+=", request.body):
        return template.fill(request.body, form_value)
    plain = any(name.lower() == "content-type" and value.startswith("text/plain") for name, value in request.headers)
    if plain or len(request.body) == 1:
        return template.fill(request.body)
    raise RunbookError("a value stands in a body that is neither JSON nor a form", "write the value into the body")


def _is_json(body: str, template: Template) -> bool:
    stripped = body.lstrip()
    return stripped[:1] in ("{", "[") and (not template.holds(body) or _fill_json(template, body) != "")


def _fill_json(template: Template, body: str) -> str:
    """The body with its values as JSON texts; "" when it is no JSON."""
    parts = re.split(r'("(?:[^"\\]|\\.)*")', body)
    filled = "".join(
        template.fill(part, json_value) if part.startswith('"') else template.fill(part, _json_scalar) for part in parts
    )
    try:
        json.loads(filled)
    except (json.JSONDecodeError, RecursionError):
        return ""
    return filled


def _json_scalar(value: str) -> str:
    """A value outside quotes: a number, true, false or null as it is, anything else as a JSON string."""
    if re.fullmatch(r"-?(?:0|[1-9]\d{0,17})(?:\.\d{1,17})?|true|false|null", value):
        return value
    return json.dumps(value)
