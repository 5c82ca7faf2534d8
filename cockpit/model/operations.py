"""What can be asked of a system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from cockpit.model.identities import BackendIdentity, KeyIdentity, ProcessIdentity, ServiceIdentity, ServicesIdentity


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
class Rehearsal:
    """The documented dry run of a request: it changes nothing, whatever its method."""

    request: HttpRequest


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """One PromQL query, for this moment."""

    text: str


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
    | MetricQuery
    | Rehearsal
    | ServiceOperation
    | ServicesOperation
    | ScaleService
    | OpenShell
    | ShellCommand
    | SignalProcess
    | SendMessage
)
