"""Checks: from readings to verdicts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cockpit.engine.board import Board
from cockpit.engine.check_subjects import find
from cockpit.engine.conditions import evaluate, holds
from cockpit.engine.mutes import Mutes
from cockpit.engine.subjects.findings import Findings
from cockpit.model.answers import Fact
from cockpit.model.errors import ConditionError
from cockpit.model.health import CheckResult, Verdict
from cockpit.model.locks import JobPlan
from cockpit.model.ports import Clock
from cockpit.model.readings import SourceId
from cockpit.model.wording import short_duration

HISTORY = 300
"""Measured numbers that a check remembers."""
FLAP_WINDOW = timedelta(minutes=10)
"""How far back verdict changes are counted."""


@dataclass(frozen=True, slots=True)
class CheckPlan:
    """What the configuration says of a check.

    Attributes:
        name: its name.
        subject: which of the keys that say what is read: http, sql, job, file ...
        source: where its reading comes from.
        detail: which job, lock, service, disk, metric, key or process; "" for the others.
        ok, warn, crit: conditions in CEL, "" when not given.
        value: expression for the value shown, "" for the subject's own.
        lasting: seconds that a worse verdict must last before it is in force.
        job: the plan of the job, for a check on a job.
        over: seconds that rates look back.
        group: the group to show it in, "" for the part of its name before the first dot.
    """

    name: str
    subject: str
    source: SourceId
    detail: str = ""
    ok: str = ""
    warn: str = ""
    crit: str = ""
    value: str = ""
    lasting: float = 0.0
    job: JobPlan | None = None
    over: float = 60.0
    group: str = ""


@dataclass(slots=True)
class _Memory:
    """What a check remembers between readings."""

    result: CheckResult | None = None
    worse_since: datetime | None = None
    numbers: deque[float] = field(default_factory=lambda: deque(maxlen=HISTORY))
    changes: deque[datetime] = field(default_factory=deque)
    counted: datetime | None = None


class Checks:
    """Judges all checks against the board.

    Args:
        plans: the checks.
        clock: tells the time.
        patience: False lets a worse verdict hold at once, for a single pass.
    """

    def __init__(self, plans: Iterable[CheckPlan], clock: Clock, patience: bool = True) -> None:
        self._plans = tuple(plans)
        self._clock = clock
        self._patience = patience
        self.mutes = Mutes()
        self._memories = {plan.name: _Memory() for plan in self._plans}

    def judge(self, board: Board, changed: SourceId | None) -> tuple[CheckResult, ...]:
        """The results of all checks; only those that the changed source bears on are judged anew.

        Args:
            board: the readings.
            changed: the source that changed, None for all.
        """
        now = self._clock.now()
        return tuple(self.mutes.mark(self._result(plan, board, changed), now) for plan in self._plans)

    def _result(self, plan: CheckPlan, board: Board, changed: SourceId | None) -> CheckResult:
        memory = self._memories[plan.name]
        if memory.result is not None and changed is not None and not _bears_on(changed, plan):
            return memory.result
        now = self._clock.now()
        findings, verdict, message = _look(plan, board, now)
        self._remember_number(memory, findings)
        memory.result = self._settle(plan, memory, findings, verdict, message, now)
        return memory.result

    def _settle(
        self, plan: CheckPlan, memory: _Memory, findings: Findings, verdict: Verdict, message: str, now: datetime
    ) -> CheckResult:
        before = memory.result
        in_force, pending = self._in_force(plan, memory, verdict, now)
        changed = before is None or before.verdict is not in_force
        if changed and before is not None and before.taken_at is not None:
            memory.changes.append(now)
        while memory.changes and now - memory.changes[0] > FLAP_WINDOW:
            memory.changes.popleft()
        return CheckResult(
            name=plan.name,
            verdict=in_force,
            value=_value(plan, findings),
            message=message if in_force is not Verdict.OK or pending else "",
            taken_at=findings.taken_at,
            since=now if before is None or changed else before.since,
            pending=pending,
            latency=findings.latency,
            history=tuple(memory.numbers),
            changes=len(memory.changes),
            before=before.verdict if before is not None and changed else before.before if before is not None else None,
            subject=plan.subject,
            source=plan.source,
            grouped=plan.group,
            facts=findings.facts,
        )

    def _in_force(
        self, plan: CheckPlan, memory: _Memory, verdict: Verdict, now: datetime
    ) -> tuple[Verdict, Verdict | None]:
        """The verdict that counts, and the worse one that has not lasted long enough yet."""
        before = memory.result
        if before is None or not self._patience or verdict.severity <= before.verdict.severity or not plan.lasting:
            memory.worse_since = None
            return verdict, None
        memory.worse_since = memory.worse_since or now
        if (now - memory.worse_since).total_seconds() >= plan.lasting:
            memory.worse_since = None
            return verdict, None
        return before.verdict, verdict

    def _remember_number(self, memory: _Memory, findings: Findings) -> None:
        if findings.number is not None and findings.taken_at != memory.counted:
            memory.counted = findings.taken_at
            memory.numbers.append(findings.number)


def _bears_on(changed: SourceId, plan: CheckPlan) -> bool:
    """Whether a change of that source can change what the check says."""
    return changed == plan.source or plan.subject == "job"


def _look(plan: CheckPlan, board: Board, now: datetime) -> tuple[Findings, Verdict, str]:
    """What was found, and the verdict on it; of several series the one that is worst."""
    try:
        found = find(plan.subject, plan.source, plan.detail, plan.job, board, now, plan.over)
    except ConditionError as error:
        return Findings(value="?"), Verdict.UNKNOWN, str(error)
    judged = [(one, *_verdict(plan, one)) for one in found.each] or [(found, *_verdict(plan, found))]
    worst, verdict, message = max(judged, key=lambda one: one[1].severity)
    if verdict is Verdict.OK or not found.each:
        return found, verdict, message
    number = sum(1 for _, other, _ in judged if other is verdict)
    also = f" and {number - 1} more" if number > 1 else ""
    return replace(found, value=worst.value, number=worst.number), verdict, message + also


def _verdict(plan: CheckPlan, findings: Findings) -> tuple[Verdict, str]:
    if findings.trouble is not None:
        return findings.trouble, findings.message
    try:
        return _judged(plan, findings)
    except ConditionError as error:
        return (Verdict.OK, "") if findings.quiet else (Verdict.UNKNOWN, str(error))


def _judged(plan: CheckPlan, findings: Findings) -> tuple[Verdict, str]:
    names: Mapping[str, Fact] = findings.names
    if plan.crit and holds(plan.crit, names):
        return Verdict.CRIT, _because(findings, plan.crit)
    if plan.warn and holds(plan.warn, names):
        return Verdict.WARN, _because(findings, plan.warn)
    if plan.ok:
        good = holds(plan.ok, names)
        return (Verdict.OK, "") if good else (Verdict.CRIT, _because(findings, f"wanted {plan.ok}"))
    if plan.crit or plan.warn:
        return Verdict.OK, ""
    usual = findings.usual or (Verdict.OK if findings.good else Verdict.CRIT)
    return usual, "" if usual is Verdict.OK else findings.message


def _because(findings: Findings, condition: str) -> str:
    return f"{findings.message}; {condition}" if findings.message else condition


def _value(plan: CheckPlan, findings: Findings) -> str:
    if not plan.value or findings.trouble is not None:
        return findings.value
    try:
        value = evaluate(plan.value, findings.names)
    except ConditionError:
        return findings.value
    if isinstance(value, timedelta):
        return short_duration(value.total_seconds())
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)
