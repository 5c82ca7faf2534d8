"""A check on an HTTP exchange."""

from __future__ import annotations

from datetime import datetime, timedelta

from cockpit.engine.subjects.findings import Findings
from cockpit.model.answers import Fact
from cockpit.model.health import HttpSample
from cockpit.model.wording import short_duration

STEPS = ("dns", "connect", "tls", "first_byte")


def http(sample: HttpSample, now: datetime) -> Findings:
    """Status, body, headers, where the time went, the certificate, the redirects.

    A step that did not happen, such as TLS without TLS, took no time.
    """
    names: dict[str, Fact] = {
        "status": sample.status,
        "latency": timedelta(seconds=sample.latency),
        "body": sample.body,
        "text": sample.text,
        "headers": dict(sample.headers),
        "redirects": len(sample.redirects),
        "url": sample.url,
        **{step: timedelta(seconds=getattr(sample.timing, step) or 0.0) for step in STEPS},
    }
    if sample.certificate is not None:
        names["cert_days"] = sample.certificate.days_left(now)
        names["cert_issuer"] = sample.certificate.issuer
    return Findings(
        names,
        str(sample.status),
        f"status {sample.status}",
        good=sample.status < 400,
        facts=tuple(_facts(sample, now)),
    )


def _facts(sample: HttpSample, now: datetime) -> list[tuple[str, str]]:
    timing = sample.timing
    steps = [("dns", timing.dns), ("connect", timing.connect), ("tls", timing.tls)]
    steps += [("first byte", timing.first_byte), ("body", timing.body)]
    taken = [f"{label} {1000 * seconds:.1f} ms" for label, seconds in steps if seconds is not None]
    facts = [("time", ", ".join(taken))] if taken else []
    if sample.redirects:
        facts.append(("via", " → ".join((*sample.redirects, sample.url))))
    if sample.certificate is not None:
        certificate, left = sample.certificate, sample.certificate.days_left(now)
        until = f"{certificate.valid_until:%Y-%m-%d}, {left:.0f} days left"
        if left < 0:
            until = f"expired {short_duration(-86_400 * left)} ago"
        facts.append(("cert", f"{certificate.subject}, issued by {certificate.issuer}, until {until}"))
        facts.append(("names", ", ".join(certificate.names[:8]) or "none"))
    return facts
