"""One command from its text: kind, wrapper, placeholders, risk and warnings together."""

from __future__ import annotations

import re
from collections.abc import Collection

from cockpit.model.risk import Risk, RiskVerdict
from cockpit.model.runbook import Annotations, Command, CommandWarning, Context, Kind
from cockpit.runbook import annotations as notes
from cockpit.runbook import placeholders
from cockpit.runbook.kinds import recognise
from cockpit.runbook.redis_risk import warnings_redis
from cockpit.runbook.risk import judge, raised

_KINDS = frozenset(kind.value for kind in Kind)
_SECRET = re.compile(
    r"""(?x)
      \b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{12,} | \bAKIA[0-9A-Z]{16}\b | \bgh[pousr]_[A-Za-z0-9]{30,}
    | \bxox[abprs]-[A-Za-z0-9-]{12,} | \beyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{10,}
    | -----BEGIN[ ][A-Z ]*PRIVATE[ ]KEY-----
    | ://[^\s:/@<>${}\[\]"']{1,60}:(?!(?:pass(?:word)?|pw|secret|x+|\*+)@)[^\s:/@<>${}\[\]"']{6,}@
    """
)


def build_command(
    text: str,
    line: int,
    *,
    kind: Kind | None = None,
    annotations: Annotations | None = None,
    context: Context | None = None,
    known: Collection[str] = (),
) -> Command:
    """A command with all that can be known from its text.

    Args:
        text: as written, cleaned.
        line: 1-based line in the file.
        kind: when the fence's language says it; None to find out.
        annotations: what the author wrote beside it.
        context: where it runs, None for the local side.
        known: names that are declared inputs or captured values.
    """
    written = annotations or notes.NONE
    seen = recognise(text) if kind is None else None
    what = _wished(notes.other(written, "kind")) or kind or (seen.kind if seen else Kind.SHELL)
    body = seen.text if seen else text
    verdict = _verdict(what, body, seen is not None and seen.session, written)
    return Command(
        line=line,
        kind=what,
        text=body,
        risk=verdict.risk,
        reason=verdict.reason,
        placeholders=placeholders.names(placeholders.find(body, what, known)),
        session=seen is not None and seen.session,
        streaming=seen is not None and seen.streaming,
        context=context,
        target=written.target or None,
        expect=written.expect or None,
        unwrapped_from=seen.unwrapped_from if seen else None,
        warnings=_warnings(what, body, verdict, seen is not None and seen.streaming),
        annotations=written,
    )


def _wished(name: str) -> Kind | None:
    return Kind(name) if name in _KINDS else None


def _verdict(kind: Kind, text: str, session: bool, written: Annotations) -> RiskVerdict:
    return raised(judge(Kind.SHELL if session else kind, text), notes.other(written, "risk"))


def _warnings(kind: Kind, text: str, verdict: RiskVerdict, streaming: bool) -> tuple[CommandWarning, ...]:
    found: list[CommandWarning] = []
    if kind is Kind.REDIS:
        found += warnings_redis(text)
    if streaming:
        found.append(CommandWarning("streaming", "it does not end by itself, or takes the whole screen"))
    if verdict.risk is Risk.UNKNOWN:
        found.append(CommandWarning("unknown-risk", verdict.reason))
    if _SECRET.search(text):
        found.append(CommandWarning("secret", "it holds what looks like a secret"))
    return tuple(found)


def holds_secret(text: str) -> bool:
    """True when a text holds what looks like a password, token or private key."""
    return _SECRET.search(text) is not None
