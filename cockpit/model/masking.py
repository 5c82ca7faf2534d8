"""Secrets and personal data hidden from the screen, the journal and the export."""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "•••"
LEAST = 4
"""Characters of the shortest secret that is masked."""

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?i)\b([a-z][a-z0-9+.\-]*://[^\s:/@]*):[^\s@/]+@"), rf"\1:{MASK}@"),
    (re.compile(r"(?i)\b(authorization\s*[:=]\s*)(?:(?:bearer|basic|token)\s+)?\S+"), rf"\1{MASK}"),
    (re.compile(r"(?i)\b(bearer\s+)[A-Za-z0-9._~+/\-]{8,}=*"), rf"\1{MASK}"),
    (
        re.compile(
            r"(?i)\b((?:[a-z0-9_\-]*(?:password|passwd|secret|token|api[_-]?key|private[_-]?key))[\"']?\s*[:=]\s*[\"']?)"
            r"[^\s\"',;&}]+"
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"\b(?:sk|pk|rk|whsec)_(?:live_|test_)?[A-Za-z0-9]{8,}"), MASK),
    (re.compile(r"\b(?:gh[pousr]_|github_pat_|xox[abprs]-|AKIA|AIza)[A-Za-z0-9_\-]{10,}"), MASK),
    (re.compile(r"\beyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{4,}\.[A-Za-z0-9_\-]*"), MASK),
    (re.compile(r"\b[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+\b"), MASK),
)
_CARD = re.compile(r"\b\d(?:[ \-]?\d){12,18}\b")
_SQL_LITERAL = re.compile(r"'(?:[^']|'')*(?:'|\Z)")


def _passes_luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        number = int(digit) * (2 if index % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def _mask_card(match: re.Match[str]) -> str:
    return MASK if _passes_luhn(re.sub(r"\D", "", match[0])) else match[0]


class Masker:
    """Masks known secret values, and what looks like one.

    Args:
        secrets: values that must never show; shorter ones than four characters are left alone, since masking
            them would eat ordinary text.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = {secret for secret in secrets if len(secret) >= LEAST}
        self._known = self._compiled()

    def learn(self, secret: str) -> None:
        """Hide another value from now on."""
        if len(secret) >= LEAST:
            self._secrets.add(secret)
            self._known = self._compiled()

    def _compiled(self) -> re.Pattern[str] | None:
        known = sorted(self._secrets, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, known))) if known else None

    def secrets(self, text: str) -> str:
        """Hide secrets only: for the operator's screen, the journal and the export."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        for pattern, replacement in _PATTERNS[:-1]:
            text = pattern.sub(replacement, text)
        return text

    def everything(self, text: str) -> str:
        """Hide secrets and personal data: for an observer's screen."""
        text = self.secrets(text)
        text = _PATTERNS[-1][0].sub(_PATTERNS[-1][1], text)
        return _CARD.sub(_mask_card, text)

    def query(self, text: str) -> str:
        """Hide the literals of a SQL text as well, also one that the server has cut short."""
        return self.everything(_SQL_LITERAL.sub(f"'{MASK}'", text))
