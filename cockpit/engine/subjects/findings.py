"""What a subject found: what there is to judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cockpit.model.answers import Fact
from cockpit.model.health import Verdict


@dataclass(frozen=True, slots=True)
class Findings:
    """What there is to judge.

    Attributes:
        names: what conditions may refer to.
        value: the value for the table.
        message: one clause that describes what was found.
        number: the measured number, for the strip; None when there is none.
        good: the verdict when the check has no condition of its own.
        usual: that verdict when it is not merely good or critical; None leaves it to `good`.
        trouble: a verdict that holds without any condition: nothing could be read.
        quiet: what to say, as ok, when a condition asks for something that is not there because nothing happened;
            "" makes that unknown.
        each: the same for several series, each judged by itself, the worst of which counts; empty for one.
        taken_at: UTC time of the reading.
        latency: seconds that it took.
        facts: further facts for the detail.
    """

    names: Mapping[str, Fact] = field(default_factory=dict)
    value: str = ""
    message: str = ""
    number: float | None = None
    good: bool = True
    usual: Verdict | None = None
    trouble: Verdict | None = None
    quiet: str = ""
    each: tuple[Findings, ...] = ()
    taken_at: datetime | None = None
    latency: float | None = None
    facts: tuple[tuple[str, str], ...] = ()
