"""Values that steps capture: for conditions and placeholders, and secrets among them with a lifetime."""

from __future__ import annotations

from datetime import datetime, timedelta

from cockpit.config.durations import parse_duration
from cockpit.engine.conditions import Names, evaluate
from cockpit.engine.run import Run, Token
from cockpit.model.answers import Answer
from cockpit.model.errors import ConditionError
from cockpit.model.health import Json
from cockpit.model.masking import LEAST, Masker
from cockpit.model.runbook import Command

_LIFETIMES = ("expires_in", "expiresIn")
"""Where an answer in JSON says how many seconds its token lives (RFC 6749, 5.1)."""


def capture(run: Run, command: Command, answer: Answer, names: Names, masker: Masker, now: datetime) -> str:
    """Keep what the author wants of an answer.

    A secret is told to the masker before anything else can see it.

    Args:
        run: where it is kept.
        command: whose `capture` says what: `name`, or `name = expression`.
        answer: what came back.
        names: what the expression may refer to.
        masker: hides secrets everywhere from then on.
        now: UTC now.

    Returns:
        What went wrong, "" when nothing did.
    """
    key, _, expression = command.annotations.capture.partition("=")
    key = key.strip()
    if not key:
        return ""
    try:
        value = evaluate(expression.strip() or "value", names)
    except ConditionError as error:
        return f"{key} was not captured: {error}"
    if value is None:
        return f"{key} was not captured: the answer has no such value"
    kept = value if isinstance(value, bool | int | float | str) else str(value)
    if command.annotations.secret:
        if len(str(kept)) < LEAST:
            return f"{key} was not captured: a secret this short could not be hidden"
        masker.learn(str(kept))
        run.tokens[key] = Token(key, _end(command, answer, now))
    run.captured[key] = kept
    return ""


def without_secret(command: Command, answer: Answer | None) -> Answer | None:
    """What may be shown and written down of an answer."""
    if answer is None or not command.annotations.secret:
        return answer
    return Answer(status=answer.status, exit_code=answer.exit_code, notice="the answer holds a secret and is not shown")


def drop_expired(run: Run, now: datetime) -> tuple[str, ...]:
    """Forget the secrets whose lifetime is over, and name them: the next step that needs one asks for it."""
    gone = tuple(name for name, token in run.tokens.items() if token.expires_at is not None and token.expires_at <= now)
    for name in gone:
        del run.tokens[name]
        run.captured.pop(name, None)
    return gone


def _end(command: Command, answer: Answer, now: datetime) -> datetime | None:
    written = dict(command.annotations.extra).get("lifetime", "")
    try:
        return now + timedelta(seconds=parse_duration(written)) if written else _told(answer.body, now)
    except ValueError:
        return _told(answer.body, now)


def _told(body: Json, now: datetime) -> datetime | None:
    found = [body.get(name) for name in _LIFETIMES] if isinstance(body, dict) else []
    seconds = next((n for n in found if isinstance(n, int | float) and not isinstance(n, bool)), None)
    return None if seconds is None or not 0 < seconds < 1e9 else now + timedelta(seconds=seconds)
