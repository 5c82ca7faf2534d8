"""Whatever changes a system: the action, its risk and identity, the permit, the outcome.

The one road: draft -> prepared action -> requirement or refusal -> permit -> identity again -> intent ->
execution -> outcome. The types here are the stations; cockpit/engine/road.py is the road.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from cockpit.model.health import Json
from cockpit.model.readings import SourceId
from cockpit.model.wording import short_duration

Fact: TypeAlias = "bool | int | float | str | datetime | timedelta | Sequence[Fact] | Mapping[str, Fact] | None"
"""A value that a condition can work with: JSON-like, or a time or duration, which JSON does not have."""


class Risk(StrEnum):
    """What an operation may do to the world; unknown is never read."""

    READ = "read"
    UNKNOWN = "unknown"
    CHANGE = "change"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 read, 1 unknown, 2 change, 3 high: compound commands take the highest."""
        return {Risk.READ: 0, Risk.UNKNOWN: 1, Risk.CHANGE: 2, Risk.HIGH: 3}[self]


@dataclass(frozen=True, slots=True)
class RiskVerdict:
    """A risk and one clause that says why."""

    risk: Risk
    reason: str


# --- identities: what exactly is meant, so that it can be asked again just before the act ---


@dataclass(frozen=True, slots=True)
class BackendIdentity:
    """A PostgreSQL session: its pid is reused, its start time is not."""

    pid: int
    backend_start: datetime


@dataclass(frozen=True, slots=True)
class BackendsIdentity:
    """Several PostgreSQL sessions."""

    backends: tuple[BackendIdentity, ...]


@dataclass(frozen=True, slots=True)
class KeyIdentity:
    """A Redis key together with its exact value (a digest of DUMP for what is no string)."""

    key: str
    value: bytes


@dataclass(frozen=True, slots=True)
class KeysIdentity:
    """Several Redis keys."""

    keys: tuple[KeyIdentity, ...]


@dataclass(frozen=True, slots=True)
class ServiceIdentity:
    """One run of a container or process."""

    id: str
    started_at: datetime | None


@dataclass(frozen=True, slots=True)
class ServicesIdentity:
    """Several runs of containers or processes."""

    services: tuple[ServiceIdentity, ...]


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process of this host: its number is reused, its start (seconds since 1970) is not."""

    pid: int
    created: float


@dataclass(frozen=True, slots=True)
class RowsIdentity:
    """The rows that a statement would touch: how many, and a digest of their keys."""

    count: int
    digest: str


@dataclass(frozen=True, slots=True)
class EndpointIdentity:
    """The server itself, for what has no finer identity: an address, a database and its system identifier."""

    address: str


Identity: TypeAlias = (
    BackendIdentity
    | BackendsIdentity
    | KeyIdentity
    | KeysIdentity
    | ServiceIdentity
    | ServicesIdentity
    | RowsIdentity
    | EndpointIdentity
    | ProcessIdentity
)


# --- operations: what to do, as data; only the adapter of the source knows how ---


@dataclass(frozen=True, slots=True)
class CancelBackends:
    """Cancel the running query of these sessions (pg_cancel_backend)."""

    backends: tuple[BackendIdentity, ...]


@dataclass(frozen=True, slots=True)
class TerminateBackends:
    """End these sessions (pg_terminate_backend)."""

    backends: tuple[BackendIdentity, ...]


@dataclass(frozen=True, slots=True)
class SignalMatchingBackends:
    """Cancel or end the sessions that a condition on pg_stat_activity matches; prepared into an exact list.

    Attributes:
        terminate: True ends the sessions, False cancels their queries.
        where: the condition as PostgreSQL's own parser prints it, with %(name)s for parameters; "" for all.
        parameters: values bound to them.
    """

    terminate: bool
    where: str
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SqlStatement:
    """One SQL statement with bound parameters (%(name)s in `text`).

    Attributes:
        text: the statement.
        parameters: name and value of each parameter; values are sent as text and typed by the server.
    """

    text: str
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RedisCommand:
    """One Redis command, already split: the first part is its name, the rest are bound arguments."""

    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeleteKeys:
    """Delete keys, each only while its value is still the one that was shown (compare-and-delete)."""

    keys: tuple[KeyIdentity, ...]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One HTTP request; a path alone is bound to the environment's base URL.

    Attributes:
        method: in capitals.
        url: absolute URL or path with query.
        headers: name and value.
        body: text to send, "" for none.
        rehearsal: a documented dry run of it, which changes nothing; sent while the target is looked at, and its
            answer shown before the question. None for none.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    rehearsal: HttpRequest | None = None


@dataclass(frozen=True, slots=True)
class ServiceOperation:
    """Start, stop, restart, pause, unpause or kill a container or process.

    Attributes:
        verb: one of those words.
        name: the service as people call it.
        identity: the run that is meant; None before preparation.
    """

    verb: str
    name: str
    identity: ServiceIdentity | None = None


@dataclass(frozen=True, slots=True)
class ServicesOperation:
    """The same for several services of one source, each with its own result."""

    verb: str
    services: tuple[ServiceOperation, ...]


@dataclass(frozen=True, slots=True)
class ScaleService:
    """Let a service run in this many instances (`pm2 scale`).

    Attributes:
        name: the service as people call it.
        instances: how many there shall be.
        identity: the runs that are there; None before preparation.
    """

    name: str
    instances: int
    identity: ServicesIdentity | None = None


@dataclass(frozen=True, slots=True)
class OpenShell:
    """A shell in a container, with this terminal handed over to it until it ends.

    Attributes:
        name: the container as people call it.
        identity: the run that is meant.
    """

    name: str
    identity: ServiceIdentity | None = None


@dataclass(frozen=True, slots=True)
class SignalProcess:
    """Send a signal to a process of this host.

    Attributes:
        process: which one.
        signal: TERM, KILL, HUP, INT, QUIT, USR1, USR2, STOP or CONT.
        name: the program's name, for people.
    """

    process: ProcessIdentity
    signal: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ShellCommand:
    """One command line for bash.

    Attributes:
        line: the text as it is handed to `bash -c`.
        environment: variables to add; values of placeholders travel here, never inside the line.
        cwd: working folder, "" for the current one.
        host: the other machine that the line is for, as ssh names it; "" for this one.
        terminal: whether it needs this terminal for itself until it ends (an editor, a prompt).
    """

    line: str
    environment: tuple[tuple[str, str], ...] = ()
    cwd: str = ""
    host: str = ""
    terminal: bool = False


@dataclass(frozen=True, slots=True)
class SendMessage:
    """Tell people something, or open something to do where the team keeps it.

    Attributes:
        title: the subject, "" for none.
        text: what it says.
    """

    title: str
    text: str


Operation: TypeAlias = (
    CancelBackends
    | TerminateBackends
    | SignalMatchingBackends
    | SqlStatement
    | RedisCommand
    | DeleteKeys
    | HttpRequest
    | ServiceOperation
    | ServicesOperation
    | ScaleService
    | OpenShell
    | ShellCommand
    | SignalProcess
    | SendMessage
)


# --- before the key press ---


@dataclass(frozen=True, slots=True)
class PreviewFact:
    """One line of a preview: what it is, and its value (cleaned).

    Attributes:
        label: what it is.
        value: as it was when it was looked at.
        seconds: a duration in that value, as `short_duration` writes it, that runs on; None when nothing runs.
        runs: 1 for one that grows (an age), -1 for one that runs out (a time to live).
    """

    label: str
    value: str
    seconds: float | None = None
    runs: int = 1

    def after(self, elapsed: float) -> str:
        """The value as it must be `elapsed` seconds after the look, when nothing else happened."""
        if self.seconds is None or elapsed < 1:
            return self.value
        left = self.seconds + self.runs * elapsed
        now = short_duration(left) if left > 0 else "run out by now"
        return self.value.replace(short_duration(self.seconds), now, 1)


@dataclass(frozen=True, slots=True)
class Preview:
    """What the operation would do, read without doing it.

    Attributes:
        effect: one clause, for example "will delete 1 key"; "no preview exists for this kind" where none does.
        facts: what is known of the target.
        targets: one line for each thing that will be touched, when it is more than one.
        count: how many things will be touched, None when that is unknown.
    """

    effect: str
    facts: tuple[PreviewFact, ...] = ()
    targets: tuple[str, ...] = ()
    count: int | None = None


NO_PREVIEW = Preview("no preview exists for this kind")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an action was asked for.

    Attributes:
        place: a pane's name, or "runbook".
        reference: "file:line" of a step, "" from a pane.
        step_id: the step, "" from a pane.
    """

    place: str
    reference: str = ""
    step_id: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody asked for, before the live system was looked at.

    Attributes:
        source: where it would happen.
        operation: what it would do.
        command: the text that a person reads, with values filled in and secrets masked.
        verdict: risk and why.
        origin: who asked.
        timeout: seconds until the outcome counts as unknown.
        patience: seconds more that a person has to keep or drop the change once it is made, 0 for none.
        secret: True when what it answers is a secret, which is neither shown nor written down.
    """

    source: SourceId
    operation: Operation
    command: str
    verdict: RiskVerdict
    origin: Origin
    timeout: float = 30.0
    patience: float = 0.0
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """What an adapter found when it looked at the target of an operation.

    Attributes:
        operation: the operation with its exact targets.
        identity: what those targets are.
        preview: what would happen.
        target: the target's name, as a person would type it to confirm.
    """

    operation: Operation
    identity: Identity
    preview: Preview
    target: str


@dataclass(frozen=True, slots=True)
class Action:
    """A draft that was prepared against the live system; what a person confirms.

    Attributes:
        id: unique within the journal.
        environment: label of the environment, for example "PROD".
        protected: True when the environment is protected.
        source, command, verdict, origin, timeout, patience, secret: as in the draft; the risk may have been raised.
        operation, identity, preview, target: as prepared.
        prepared_at: UTC time of the preparation.
    """

    id: str
    environment: str
    protected: bool
    source: SourceId
    command: str
    verdict: RiskVerdict
    origin: Origin
    timeout: float
    operation: Operation
    identity: Identity
    preview: Preview
    target: str
    prepared_at: datetime
    patience: float = 0.0
    secret: bool = False


class Demand(StrEnum):
    """What the operator has to do before an action runs."""

    YES = "yes"
    """Press `y`."""
    TYPE = "type"
    """Type the given phrase."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the policy demands of the operator for an action."""

    demand: Demand
    phrase: str = ""
    """The exact phrase to type, for Demand.TYPE."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The policy's no, with the reason and what would lift it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Permit:
    """The policy's leave to execute one action once. Only cockpit/engine/policy.py makes one (tests/arch)."""

    action: Action
    granted_at: datetime
    expires_at: datetime
    actor: str


# --- after ---


class OutcomeKind(StrEnum):
    """How an execution ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """The deadline passed, or the line broke, after the request had left."""


@dataclass(frozen=True, slots=True)
class TargetResult:
    """What became of one target."""

    target: str
    kind: OutcomeKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ShellState:
    """What a command line leaves to the next one of the same session.

    Attributes:
        cwd: the working folder at its end.
        variables: exported variables that it set or changed; they may hold secrets and are never shown.
    """

    cwd: str
    variables: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source gave back, for reads and for changes alike.

    Attributes:
        columns, rows: a table; cells are cleaned texts, None for SQL NULL.
        lines: plain output, cleaned.
        value: the single value for conditions (a Redis reply, the first cell), JSON-like.
        records: the rows as mappings, for conditions (`row`, `rows`); intervals are timedelta, times are UTC.
        status: HTTP status code.
        headers: HTTP response headers.
        body: HTTP body as JSON when it is JSON.
        exit_code: of a shell command.
        cut: how many rows or lines were left out.
        notice: one sentence about the answer ("3 rows affected"), "" when none.
        codes: the exit code of each part of a shell command's last pipeline.
        carried: what a shell command leaves to the next one of its session, None when that is not known.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()
    lines: tuple[str, ...] = ()
    value: Json = None
    records: tuple[dict[str, Fact], ...] = field(default=(), hash=False)
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: Json = None
    exit_code: int | None = None
    cut: int = 0
    notice: str = ""
    codes: tuple[int, ...] = ()
    carried: ShellState | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one execution.

    Attributes:
        kind: succeeded, failed, refused or unknown.
        reason: one sentence; for a success what was done.
        results: one a target, when there are several.
        answer: what came back, None when nothing did.
        duration: seconds.
    """

    kind: OutcomeKind
    reason: str
    results: tuple[TargetResult, ...] = ()
    answer: Answer | None = None
    duration: float = 0.0
