"""What `curl`, `wget` and HTTPie may do: the request they send, and the files they write."""

from __future__ import annotations

import re
from itertools import pairwise

from cockpit.model.risk import Risk, RiskVerdict
from cockpit.runbook.http_risk import judge_request
from cockpit.runbook.http_text import RequestText, read_curl
from cockpit.runbook.shell_syntax import SimpleCommand
from cockpit.runbook.words import words

PROGRAMS = words("curl wget http https xh")
"""The programs that are judged here."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_NEUTRAL = words(
    """--cacert --capath --cert --key -E -x --proxy --resolve --connect-to -b --cookie -e --referer --interface
    --limit-rate
    --max-redirs --noproxy --unix-socket --tlsv1.2 --tls-max -r --range"""
)
"""Options of curl that take a value and change neither the method nor a file; --tlsv1.2 is among those without."""
_WITHOUT_VALUE = frozenset({"--tlsv1.2"})
_WRITES_FILE = words(
    "-o -O --output --remote-name -J -OJ -LO -sO -LJO -c --cookie-jar -D --dump-header --remote-header-name"
)
_SENDS = re.compile(r"-[a-zA-Z]*[dTF]|--(?:data|json|form|upload-file).*", re.DOTALL)


def judge_transfer(command: SimpleCommand) -> RiskVerdict:
    """The risk of a command of curl, wget, http, https or xh."""
    if command.program == "curl":
        return _judge_curl(command)
    if command.program == "wget":
        return _judge_wget(command)
    return _judge_httpie(command)


def _judge_curl(command: SimpleCommand) -> RiskVerdict:
    plain = _without_neutral(command.texts)
    request = read_curl(plain)
    if request is not None:
        return judge_request(request)
    method = _method(plain)
    if method and method not in _SAFE:
        return judge_request(RequestText(method, ""))
    texts = set(plain)
    if texts & _WRITES_FILE:
        return RiskVerdict(Risk.CHANGE, "curl writes a file")
    if not method and any(_SENDS.match(text) for text in plain[1:] if text.startswith("-")):
        return RiskVerdict(Risk.CHANGE, "curl sends data")
    if "..." in texts or any(text.startswith("PLACEHOLDER") for text in texts):
        return RiskVerdict(Risk.UNKNOWN, "the request is not complete")
    return RiskVerdict(Risk.UNKNOWN, "curl does more here than send one plain request")


def _without_neutral(texts: tuple[str, ...]) -> list[str]:
    kept: list[str] = []
    skip = False
    for text in texts:
        name = text.partition("=")[0] if text.startswith("--") else text
        if skip:
            skip = False
        elif name in _NEUTRAL:
            skip = name not in _WITHOUT_VALUE and "=" not in text
        else:
            kept.append(text)
    return kept


def _method(texts: list[str]) -> str:
    """The method that is written out, "" when there is none."""
    for text, following in pairwise([*texts, ""]):
        found = re.fullmatch(r"(?:-[a-zA-Z]*X|--request(?:=|$))\s*([A-Za-z]*)", text)
        if found is not None:
            return (found[1] or following).upper()
    return ""


def _judge_wget(command: SimpleCommand) -> RiskVerdict:
    texts = command.texts
    if any(re.match(r"--(?:post|body)-|--method", text) for text in texts):
        method = next((text.partition("=")[2].upper() for text in texts if text.startswith("--method=")), "POST")
        if method not in _SAFE:
            return RiskVerdict(Risk.CHANGE, f"{method or 'the method'} changes something at the other end")
    shown = any(re.fullmatch(r"-[a-zA-Z]*O-|--output-document=-|--spider", text) for text in texts)
    if shown or any(re.fullmatch(r"-[a-zA-Z]*O", a) and b in ("-", "/dev/null") for a, b in pairwise(texts)):
        return RiskVerdict(Risk.READ, "wget prints what it gets")
    return RiskVerdict(Risk.CHANGE, "wget writes a file")


def _judge_httpie(command: SimpleCommand) -> RiskVerdict:
    texts = command.texts[1:]
    method = next((text.upper() for text in texts if re.fullmatch(r"[A-Za-z]+", text)), "")
    data = any(re.match(r"[\w-]+(?::?=(?!=)|@)", text) for text in texts)
    if method in _SAFE:
        return RiskVerdict(Risk.READ, f"{method} only reads")
    if method or data or command.piped_from is not None or command.has_input or "--raw" in texts:
        sent = method if method in ("POST", "PUT", "PATCH", "DELETE") else "POST"
        return RiskVerdict(Risk.CHANGE, f"{sent} changes something at the other end")
    if {"-d", "--download", "-o", "--output"} & set(texts):
        return RiskVerdict(Risk.CHANGE, f"{command.program} writes a file")
    return RiskVerdict(Risk.READ, "GET only reads")
