"""Sections as procedures: their phases, and the steps in them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from cockpit.model.runbook import Kind, Note, Part
from cockpit.runbook import inline, parts
from cockpit.runbook.outline import BOLD_LEVEL, Section
from cockpit.runbook.sections import WITHIN, Classifier, SectionClass
from cockpit.runbook.step_draft import STEP_PARTS, StepDraft
from cockpit.runbook.steps import StepReader

_VERBS: dict[Part, str] = {
    Part.DIAGNOSIS: """
        identify check investigate confirm review inspect assess analyze analyse detect determine diagnose examine
        gather locate look find triage initial quick
    """,
    Part.VERIFY: "verify test validate monitor smoke",
    Part.ROLLBACK: "rollback roll revert undo",
    Part.COMMUNICATION: "notify communicate inform announce",
    Part.ESCALATION: "escalate",
}
_VERB_PARTS: dict[str, Part] = {word: part for part, verbs in _VERBS.items() for word in verbs.split()}
_ALERT = re.compile(r"^[A-Z][a-z0-9]+(?:[A-Z]+[a-z0-9]*){1,}$")


@dataclass(slots=True)
class PhaseDraft:
    """A phase before its steps have ids."""

    part: Part
    title: str
    line: int
    steps: list[StepDraft] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    budget: float | None = None


@dataclass(slots=True)
class ProcedureDraft:
    """A procedure before its steps have ids."""

    title: str
    line: int
    severity: str = ""
    phases: list[PhaseDraft] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


class ProcedureReader:
    """Finds the procedures of a document.

    Args:
        lines: the lines of the file.
        known: names that are declared inputs or captured values.
    """

    def __init__(self, lines: Sequence[str], known: Collection[str]) -> None:
        self._lines = lines
        self._known = known
        self._classes = Classifier(known)
        self.notes: list[Note] = []
        """What the document says outside its procedures; filled by `read`."""

    def read(self, root: Section, title: str) -> list[ProcedureDraft]:
        """All procedures of a document in the order of the file.

        Args:
            root: the document.
            title: the name of a procedure that has no heading.
        """
        if len(root.children) == 1 and not root.blocks:
            root = root.children[0]
        if root.level == 0:
            root.text = root.text or title
        found = self._procedures(root, "")
        doing: list[ProcedureDraft] = []
        for procedure in found:
            if any(phase.steps for phase in procedure.phases):
                doing.append(procedure)
            else:
                self.notes.append(Note(procedure.line, procedure.title))
                self.notes += [*procedure.notes, *(note for phase in procedure.phases for note in phase.notes)]
        self.notes.sort(key=lambda note: note.line)
        return doing

    def _remember(self, section: Section, notes: list[Note], deep: bool = True) -> None:
        """Keep what a section says that becomes no procedure or phase, with its heading before it."""
        if section.level:
            notes.append(Note(section.line, inline.plain(section.text)))
        # As causes nothing is made a step of that is only told.
        reader = StepReader(self._lines, Part.CAUSES, self._known)
        reader.read(section.blocks)
        notes += reader.notes
        for step in reader.steps:
            notes += [Note(step.line, text) for text in (step.title, step.source, *step.details) if text]
        for child in section.children if deep else ():
            self._remember(child, notes)

    def _procedures(self, section: Section, severity: str) -> list[ProcedureDraft]:
        severity = parts.severity(section.text) or severity
        kind = self._classes.of(section)
        if kind is SectionClass.PROSE:
            self._remember(section, self.notes)
            return []
        if kind is SectionClass.TOOLBOX or kind in WITHIN:
            if self._classes.stands_alone(section):
                return self._one(section, severity)
            self._remember(section, self.notes)
            return []
        apart = [child for child in section.children if not self._belongs(child)]
        if kind is SectionClass.PROCEDURE and (section.level > 0 or not apart):
            return self._one(section, severity)
        return self._group(section, severity)

    def _belongs(self, child: Section) -> bool:
        return self._classes.of(child) in WITHIN or self._classes.of(child) is SectionClass.PROSE

    def _one(self, section: Section, severity: str) -> list[ProcedureDraft]:
        """The procedure that a section is, and those inside it that stand apart."""
        draft = ProcedureDraft(section.title, section.line, severity)
        inner: list[ProcedureDraft] = []
        self._collect(section, section.part or Part.OTHER, draft, inner, True, severity)
        draft.alerts = _alerts(section)
        return [draft, *inner]

    def _group(self, section: Section, severity: str) -> list[ProcedureDraft]:
        found: list[ProcedureDraft] = []
        own = [child for child in section.children if child.level >= BOLD_LEVEL]
        if self._classes.has_own_steps(section) or any(self._classes.actionable(child) for child in own):
            alone = Section(
                section.level, section.text, section.line, section.part, section.blocks, own, section.budget
            )
            found += self._one(alone, severity)
        else:
            self._remember(section, self.notes, deep=False)
            for child in own:
                self._remember(child, self.notes)
        for child in section.children:
            if child.level < BOLD_LEVEL:
                found += self._procedures(child, severity)
        return found

    def _collect(
        self,
        section: Section,
        part: Part,
        draft: ProcedureDraft,
        inner: list[ProcedureDraft],
        top: bool,
        severity: str,
        around: Part = Part.OTHER,
        asks: bool = False,
    ) -> None:
        """Take a section's own blocks as one phase, then its subsections."""
        # A part that was only guessed from a verb does not turn the bullets below it into steps.
        named = top or section.part is not None or part == around
        reader = StepReader(self._lines, part if named else Part.OTHER, self._known, section.title)
        reader.read(section.blocks)
        wanted = not top and (asks or _asks(section))
        if wanted and not reader.steps and not any(map(self._classes.actionable, section.children)):
            reader.steps.append(
                StepDraft(section.line, section.title, Kind.MANUAL, [note.text for note in reader.notes])
            )
        said = not top and section.part is not None and self._only_tells(section)
        said = said or (bool(reader.notes) and (not top or section.part is not None))
        if reader.steps or said or (section.budget is not None and not top):
            draft.phases.append(
                PhaseDraft(part, section.title, section.line, reader.steps, reader.notes, section.budget)
            )
        else:
            draft.notes += reader.notes
        branches: list[Section] = []
        in_series = self._in_series(section)
        for child in section.children:
            if self._classes.of(child) is SectionClass.BRANCH:
                branches.append(child)
                continue
            self._choose(branches, part, section, draft, inner, severity)
            branches = []
            self._child(child, part, draft, inner, severity, in_series, section.line)
        self._choose(branches, part, section, draft, inner, severity)

    def _only_tells(self, section: Section) -> bool:
        """True when there is text below the heading's subsections, and nothing to do."""
        return bool(section.children) and not any(map(self._classes.actionable, section.children))

    def _in_series(self, section: Section) -> bool:
        """True when the numbered sections below are the steps of one series: at least two hold something to do."""
        numbered = [child for child in section.children if child.level < BOLD_LEVEL and parts.numbered(child.text)]
        return sum(map(self._classes.actionable, numbered)) >= 2

    def _child(
        self,
        child: Section,
        part: Part,
        draft: ProcedureDraft,
        inner: list[ProcedureDraft],
        severity: str,
        in_series: bool,
        parent_line: int,
    ) -> None:
        kind = self._classes.of(child)
        asks = in_series and child.level < BOLD_LEVEL and parts.numbered(child.text)
        if kind is SectionClass.PROSE and child.part is None and not asks and not _asks(child):
            last = draft.phases[-1] if draft.phases else None
            self._remember(child, draft.notes if last is None or last.line != parent_line else last.notes)
            return
        apart = kind in (SectionClass.PROCEDURE, SectionClass.GROUP, SectionClass.TOOLBOX)
        if apart and child.level < BOLD_LEVEL and not self._is_stage_here(child, kind):
            inner += self._procedures(child, severity)
            return
        own = child.part or _stage_part(child, part)
        around = own if part in STEP_PARTS and child.part is None else part
        self._collect(child, own, draft, inner, False, severity, around, asks)

    def _is_stage_here(self, child: Section, kind: SectionClass) -> bool:
        """A section without symptoms or parts of its own is a stage of the procedure around it."""
        return kind is SectionClass.PROCEDURE and not any(inner.part for inner in child.children)

    def _choose(
        self,
        branches: list[Section],
        part: Part,
        parent: Section,
        draft: ProcedureDraft,
        inner: list[ProcedureDraft],
        severity: str,
    ) -> None:
        """Several branches side by side are one decision; a single one is a phase of its own."""
        if not branches:
            return
        inherited = part if part in STEP_PARTS else Part.MITIGATION
        if len(branches) == 1:
            self._collect(branches[0], inherited, draft, inner, False, severity, inherited)
            return
        choice = StepDraft(branches[0].line, f"Choose one: {parent.title}", Kind.DECISION)
        for branch in branches:
            apart = ProcedureDraft("", branch.line)
            self._collect(branch, inherited, apart, inner, False, severity, inherited)
            choice.branches.append(
                (inline.plain(branch.text).rstrip(":"), [step for phase in apart.phases for step in phase.steps])
            )
            choice.details += [
                note.text for note in (*apart.notes, *(note for phase in apart.phases for note in phase.notes))
            ]
        last = draft.phases[-1] if draft.phases else None
        if last is None or last.line != parent.line:
            draft.phases.append(PhaseDraft(inherited, parent.title, parent.line, budget=parent.budget))
        draft.phases[-1].steps.append(choice)


def _stage_part(child: Section, around: Part) -> Part:
    if around in STEP_PARTS and (around is not Part.MITIGATION or not parts.numbered(child.text)):
        return around
    words = re.findall(r"[a-z-]+", parts.label(child.text).lower())
    for word in words:
        named = parts.part_of(word)
        if named in STEP_PARTS or named in (Part.POST, Part.COMMUNICATION, Part.ESCALATION):
            return named or Part.MITIGATION
        if word in _VERB_PARTS:
            return _VERB_PARTS[word]
    return Part.MITIGATION


def _asks(section: Section) -> bool:
    """True when a heading is a step by itself: `Step 2: ...`, or a number before a verb."""
    if section.level >= BOLD_LEVEL or section.part in (Part.SYMPTOMS, Part.CAUSES):
        return False
    return parts.step_numbered(section.text) or (parts.numbered(section.text) and parts.imperative(section.text))


def _alerts(section: Section) -> list[str]:
    """Names in CamelCase from the heading and the symptoms: that is how alerts are called."""
    texts = [section.title]
    for child in section.children:
        if child.part is Part.SYMPTOMS:
            for block in child.blocks:
                texts += [
                    span for item in (block, *block.children) for span in inline.code_spans(item.lead or item.text)
                ]
    return list(dict.fromkeys(text for text in texts if _ALERT.match(text)))
