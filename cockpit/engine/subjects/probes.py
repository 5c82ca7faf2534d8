"""Checks on files, ports, processes, certificates, Redis keys, logs and public status pages."""

from __future__ import annotations

from datetime import datetime, timedelta

from cockpit.engine.subjects.findings import Findings
from cockpit.model.answers import Fact
from cockpit.model.health import Verdict
from cockpit.model.probes import Certificate, FileFacts, KeyFacts, LogRate, PortFacts, ProcessFacts, StatusPage
from cockpit.model.wording import short_duration

CERTIFICATE_SOON = 14
"""Days before its end from which a certificate is a warning, unless the check says otherwise."""
_INDICATORS = {
    "none": Verdict.OK,
    "maintenance": Verdict.WARN,
    "minor": Verdict.WARN,
    "major": Verdict.CRIT,
    "critical": Verdict.CRIT,
}
"""What a status page's indicator means; statuspage.io's own words."""


def file(facts: FileFacts, now: datetime) -> Findings:
    """`exists`, `age`, `size` in bytes, `files`, `path`; good when there is one."""
    if facts.changed_at is None:
        missing: dict[str, Fact] = {"exists": False, "files": 0, "size": 0}
        return Findings(missing, "missing", "there is no such file", good=False)
    age = max(0.0, (now - facts.changed_at).total_seconds())
    names: dict[str, Fact] = {
        "exists": True,
        "age": timedelta(seconds=age),
        "size": facts.size,
        "files": facts.files,
        "path": facts.path,
    }
    message = f"{facts.path} was written {short_duration(age)} ago, {facts.size:,} bytes"
    return Findings(names, short_duration(age), message, age, facts=(("file", facts.path),))


def port(facts: PortFacts) -> Findings:
    """`open`, `connect`, `listening` (this machine's ports only); good when a connection is accepted."""
    names: dict[str, Fact] = {"open": facts.open}
    if facts.connect is not None:
        names["connect"] = timedelta(seconds=facts.connect)
    shown: tuple[tuple[str, str], ...] = ()
    if facts.listening is not None:
        names["listening"] = list(facts.listening)
        shown = (("listening", ", ".join(facts.listening) or "nothing listens on it here"),)
    value = "open" if facts.open else "closed"
    return Findings(names, value, facts.problem or "it takes connections", facts.connect, facts.open, facts=shown)


def process(name: str, facts: ProcessFacts) -> Findings:
    """`count`, `cpu` in percent of a core, `memory` in bytes, `youngest`, `oldest`; good when there is one."""
    count = len(facts.pids)
    names: dict[str, Fact] = {"count": count, "memory": facts.memory, "pids": list(facts.pids)}
    if facts.cpu is not None:
        names["cpu"] = facts.cpu
    if facts.youngest is not None and facts.oldest is not None:
        names["youngest"] = timedelta(seconds=facts.youngest)
        names["oldest"] = timedelta(seconds=facts.oldest)
    message = f"{count} of {name} run" if count else f"no process {name} runs"
    shown = ("pids", ", ".join(map(str, facts.pids[:20])) or "none")
    quiet = "" if facts.cpu is not None else "what it uses is known from the second look on"
    return Findings(names, str(count), message, facts.cpu, bool(count), quiet=quiet, facts=(shown,))


def certificate(facts: Certificate, now: datetime) -> Findings:
    """`days`, `expires`, `trusted`, `issuer`, `subject`, `names`; a warning from 14 days before its end."""
    days = facts.days_left(now)
    names: dict[str, Fact] = {
        "days": days,
        "cert_days": days,
        "expires": facts.valid_until,
        "trusted": not facts.problem,
        "issuer": facts.issuer,
        "subject": facts.subject,
        "names": list(facts.names),
    }
    if days < 0:
        message = f"it expired {short_duration(-86_400 * days)} ago"
    else:
        message = facts.problem or f"it expires in {days:.0f} days"
    usual = Verdict.CRIT if days < 0 or facts.problem else Verdict.WARN if days < CERTIFICATE_SOON else Verdict.OK
    shown = (
        ("subject", facts.subject),
        ("issuer", facts.issuer),
        ("names", ", ".join(facts.names[:8]) or "none"),
        ("until", f"{facts.valid_until:%Y-%m-%d %H:%M}Z"),
        ("trust", facts.problem or "this machine trusts it"),
    )
    value = f"{days:.0f}d"
    return Findings(names, value, message, days, usual=usual, facts=shown)


def key(name: str, facts: KeyFacts, now: datetime) -> Findings:
    """`exists`, `type`, `length`, `ttl`, `idle`, `value`, `age` (of a time in the value, else since last touched)."""
    if facts.length is None:
        return Findings(
            {"exists": False, "type": "none", "length": 0}, "missing", f"there is no key {name}", 0.0, good=False
        )
    names: dict[str, Fact] = {"exists": True, "type": facts.type, "length": facts.length, "value": facts.value}
    if facts.ttl is not None:
        names["ttl"] = timedelta(seconds=facts.ttl)
    if facts.idle is not None:
        names["idle"] = timedelta(seconds=facts.idle)
    age = facts.idle if facts.written_at is None else max(0.0, (now - facts.written_at).total_seconds())
    if age is not None:
        names["age"] = timedelta(seconds=age)
    if facts.written_at is not None and age is not None:
        return Findings(names, short_duration(age), f"{name} holds a time {short_duration(age)} ago", age)
    unit = "characters" if facts.type == "string" else "members"
    return Findings(names, str(facts.length), f"{name} is a {facts.type} of {facts.length} {unit}", float(facts.length))


def log(facts: LogRate) -> Findings:
    """`per_minute`, `count`, `lines`; good when nothing matches."""
    names: dict[str, Fact] = {"per_minute": facts.per_minute, "count": facts.count, "lines": facts.lines}
    message = f"{facts.count} of {facts.lines} lines in {short_duration(facts.window)} match"
    if facts.window < 0.99 * facts.wanted:
        message += f", asked for {short_duration(facts.wanted)}"
    shown = (("last", f"{facts.last_at:%H:%M:%S}Z {facts.last}"),) if facts.last_at else ()
    value = f"{facts.per_minute:.0f}/min" if facts.per_minute >= 10 else f"{facts.per_minute:.1f}/min"
    return Findings(names, value, message, facts.per_minute, not facts.count, facts=shown)


def status_page(facts: StatusPage) -> Findings:
    """`indicator`, `description`, `page`; maintenance and minor trouble are warnings, more is critical."""
    names: dict[str, Fact] = {"indicator": facts.indicator, "description": facts.description, "page": facts.page}
    usual = _INDICATORS.get(facts.indicator, Verdict.UNKNOWN)
    words = "up" if facts.indicator == "none" else facts.indicator
    return Findings(names, words, f"{facts.page}: {facts.description}", usual=usual, facts=(("page", facts.page),))
