"""The one tree of errors that the cockpit raises on purpose.

CockpitError
├── ConfigError        the configuration cannot be used
├── SourceError        a source could not be read
│   ├── SourceUnreachable   nobody answered, or the connection broke
│   ├── SourceRefused       the source answered and said no (authentication, missing right)
│   └── SourceGarbled       the source answered something that makes no sense
├── RunbookError       a runbook cannot be read or a step cannot be resolved
├── ConditionError     a CEL condition is wrong
├── JournalError       the journal cannot be written or does not verify
└── SandboxError       the embedded range cannot start

Each is one sentence: what failed, where, and after a semicolon what to do about it.
"""

from __future__ import annotations


class CockpitError(Exception):
    """What failed, where, and what to do; the base of every error raised on purpose.

    Args:
        what: one clause naming what failed and where, without a final full stop.
        remedy: one clause saying what to do; empty when nothing is known.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        self.what = what
        self.remedy = remedy
        super().__init__(f"{what}; {remedy}." if remedy else f"{what}.")


class ConfigError(CockpitError):
    """The configuration cannot be used; names file, line and key where they are known."""


class SourceError(CockpitError):
    """A source could not be read."""


class SourceUnreachable(SourceError):  # noqa: N818  the name states the fact, the base says it is an error
    """Nobody answered at the source's address, or the connection broke."""


class SourceRefused(SourceError):  # noqa: N818
    """The source answered and refused: authentication failed or a right is missing."""


class SourceGarbled(SourceError):  # noqa: N818
    """The source answered something that cannot be understood."""


class RunbookError(CockpitError):
    """A runbook cannot be read, or one of its steps cannot be resolved."""


class ConditionError(CockpitError):
    """A condition does not parse, or names something that does not exist."""


class JournalError(CockpitError):
    """The journal cannot be opened, written or verified."""


class SandboxError(CockpitError):
    """The embedded range cannot be started or controlled."""
