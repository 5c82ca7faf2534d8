"""A runbook as it was understood: procedures, phases, steps, commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from cockpit.model.health import Json
from cockpit.model.risk import Risk


class Part(StrEnum):
    """The part that a phase plays in its procedure."""

    SYMPTOMS = "symptoms"
    CAUSES = "causes"
    PREREQUISITES = "prerequisites"
    DIAGNOSIS = "diagnosis"
    MITIGATION = "mitigation"
    VERIFY = "verify"
    ROLLBACK = "rollback"
    ESCALATION = "escalation"
    POST = "post"
    REFERENCE = "reference"
    COMMUNICATION = "communication"
    OTHER = "other"


class Kind(StrEnum):
    """What sort of thing a step or command is, and so what runs it."""

    HTTP = "http"
    SQL = "sql"
    REDIS = "redis"
    LOGS = "logs"
    DOCKER = "docker"
    SHELL = "shell"
    OPEN = "open"
    COPY = "copy"
    QUERY = "query"
    WAIT = "wait"
    TICK = "tick"
    SETTINGS = "settings"
    DECISION = "decision"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class CommandWarning:
    """Something about a command that its reader should know: a lint rule's id and one sentence."""

    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Context:
    """Where a command runs when it is not the local shell.

    Attributes:
        program: ssh, psql, redis-cli, "docker exec" ...
        text: the line that opened the context, for the reader's eye.
    """

    program: str
    text: str


@dataclass(frozen=True, slots=True)
class Annotations:
    """What the author wrote beside a fence or in a step comment; design: runme's keys plus ours.

    Every value is the author's text. Durations are kept as written ("5s"); conditions are CEL text.
    """

    name: str = ""
    target: str = ""
    when: str = ""
    expect: str = ""
    until: str = ""
    every: str = ""
    timeout: str = ""
    capture: str = ""
    undo: str = ""
    verify: str = ""
    dry: str = ""
    needs: str = ""
    on_fail: str = ""
    confirm: str = ""
    cwd: str = ""
    retries: str = ""
    secret: bool = False
    interactive: bool = False
    background: bool = False
    interpreter: str = ""
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be run.

    Attributes:
        line: 1-based line in the file.
        kind: what runs it.
        text: as written, joined where it spans lines, cleaned.
        risk, reason: what it may do and why that is believed.
        placeholders: names that must be filled before it can run, in order of appearance.
        session: True for `cd`, `export`, `X=y`: carried by the procedure's shell session, no step of its own.
        streaming: True when it does not end by itself or takes the whole screen.
        context: where it runs, None for the local side.
        target: name of the source, None for the environment's first of that kind.
        expect: the documented output or expectation, None when not said.
        alternatives_group: commands that share it exclude each other: one is chosen.
        unwrapped_from: the text as written when `text` was taken out of a wrapper (docker exec db psql -c ...).
        warnings: what its reader should know.
        annotations: what the author wrote beside it.
        language: of a query, as its fence names it (promql, logql ...); "" where nothing does.
    """

    line: int
    kind: Kind
    text: str
    risk: Risk
    reason: str
    placeholders: tuple[str, ...] = ()
    session: bool = False
    streaming: bool = False
    context: Context | None = None
    target: str | None = None
    expect: str | None = None
    alternatives_group: str | None = None
    unwrapped_from: str | None = None
    warnings: tuple[CommandWarning, ...] = ()
    annotations: Annotations = field(default_factory=Annotations)
    language: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """One way out of a decision: its title and the ids of the steps that belong to it."""

    title: str
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        id: "<procedure slug>/<number within the procedure, from 1>"; a step of a branch is numbered under its decision,
            3.1 where there is one branch, 3a.1 and 3b.1 where there are several.
        line: 1-based line in the file.
        title: one line, cleaned, without Markdown.
        kind: the kind of its first command that is no session line, else tick, wait, decision, settings, manual.
        details: the prose and bullets under it, cleaned, in order.
        commands: what it runs, in order.
        branches: for a decision.
        source: the step's Markdown as written, cleaned.
        annotations: of the step as a whole.
        wait_seconds: for a wait.
        link: a file or URL that it points to, "" when none.
        warnings: what its reader should know, for example commands that its text advises against.
    """

    id: str
    line: int
    title: str
    kind: Kind
    details: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()
    branches: tuple[Branch, ...] = ()
    source: str = ""
    annotations: Annotations = field(default_factory=Annotations)
    wait_seconds: float | None = None
    link: str = ""
    warnings: tuple[CommandWarning, ...] = ()

    @property
    def risk(self) -> Risk:
        """The highest risk among its commands; read when it runs nothing."""
        return max((c.risk for c in self.commands), key=lambda r: r.rank, default=Risk.READ)


@dataclass(frozen=True, slots=True)
class Note:
    """Text of the document that is in no step: a paragraph, a bullet, a table's row, the words of an image.

    Attributes:
        line: 1-based line in the file.
        text: cleaned, without Markdown; its lines, if it has several, are those of a code block.
    """

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a procedure.

    Attributes:
        part, title, line: what it is and its heading.
        steps: in order; a phase may have none and consist of notes alone.
        budget_seconds: the time box written in its heading, None when there is none.
        prose: the texts of its notes.
        notes: what it says outside its steps, each with its line, in the order of the file.
    """

    part: Part
    title: str
    line: int
    steps: tuple[Step, ...] = ()
    budget_seconds: float | None = None
    prose: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Input:
    """A value that the runbook asks for.

    Attributes:
        name: the placeholder's name.
        prompt: the question.
        source: where live values come from: locks, backends, containers, commits, flags, or "" for none.
        pattern: regular expression that a value must match in full, "" for any.
        default: value offered first.
    """

    name: str
    prompt: str = ""
    source: str = ""
    pattern: str = ""
    default: str = ""


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procedure: what a person does about one kind of incident.

    Attributes:
        title, line: its heading.
        slug: the title as an identifier, unique in the file.
        severity: as written, "" when none.
        symptoms: symptom bullets, cleaned.
        signals: CEL conditions on live verdicts that make it match.
        inputs: values it asks for.
        phases: in order.
        notes: what it says outside its phases, in the order of the file.
    """

    title: str
    line: int
    slug: str
    severity: str = ""
    symptoms: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
    phases: tuple[Phase, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps in order."""
        return tuple(step for phase in self.phases for step in phase.steps)

    def step(self, step_id: str) -> Step | None:
        """The step of that id, or None."""
        return next((step for step in self.steps if step.id == step_id), None)


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """A relative link whose file does not exist."""

    line: int
    target: str


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A row of an index page: a runbook elsewhere, the alert or signal it is for, and its severity."""

    title: str
    target: str
    line: int
    signal: str = ""
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Runbook:
    """One Markdown file as it was understood.

    Attributes:
        path: the file.
        title: from front matter, else the first heading, else the file's name.
        sha256: of the file's bytes, in hexadecimal.
        procedures: in order.
        broken_links: relative links to files that do not exist.
        notes: what was repaired or could not be used, one sentence each.
        metadata: the `runbook` key of the front matter.
        index: the runbooks that it lists, when it is an index page.
        prose: what the document says outside its procedures, in the order of the file.
        text: the whole file as written, cleaned, its lines at their numbers; "" when it was not read from a file.
    """

    path: str
    title: str
    sha256: str
    procedures: tuple[Procedure, ...] = ()
    broken_links: tuple[BrokenLink, ...] = ()
    notes: tuple[str, ...] = ()
    metadata: dict[str, Json] = field(default_factory=dict, hash=False)
    index: tuple[IndexEntry, ...] = ()
    prose: tuple[Note, ...] = ()
    text: str = field(default="", repr=False, compare=False)
