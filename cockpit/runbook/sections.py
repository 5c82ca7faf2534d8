"""What each section of a document is: prose, a group, a procedure, or a phase, stage or branch of one."""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum

from cockpit.model.runbook import Kind, Part
from cockpit.runbook import advice, inline, items, parts
from cockpit.runbook.blocks import Block, BlockType, walk
from cockpit.runbook.fences import read_fence
from cockpit.runbook.outline import BOLD_LEVEL, Section
from cockpit.runbook.step_draft import STEP_PARTS

_REVIEW = re.compile(r"review|retrospective|post-?\s?mortem|lessons", re.I)
_PROGRAM_LANGUAGES = frozenset({"ts", "typescript", "js", "javascript", "py", "python", "ruby", "go", "php", "elixir"})
_NEVER_PROCEDURES = frozenset({Part.SYMPTOMS, Part.CAUSES, Part.ESCALATION, Part.COMMUNICATION})
WITHIN = frozenset({"phase", "stage", "branch", "maybe"})
"""Classes of sections that belong to the procedure around them."""


class SectionClass(StrEnum):
    """What a section is; `maybe` is a stage inside a procedure and a procedure elsewhere."""

    PROSE = "prose"
    BRANCH = "branch"
    PROCEDURE = "procedure"
    TOOLBOX = "toolbox"
    GROUP = "group"
    PHASE = "phase"
    STAGE = "stage"
    MAYBE = "maybe"


class Classifier:
    """Tells the classes of a document's sections, each once.

    Args:
        known: names that are declared inputs or captured values.
    """

    def __init__(self, known: Collection[str] = ()) -> None:
        self._known = known
        self._active: dict[int, bool] = {}
        self._classes: dict[int, SectionClass] = {}

    def actionable(self, section: Section) -> bool:
        """True when there is something to do in the section or below it."""
        key = id(section)
        if key not in self._active:
            below = [self.actionable(child) for child in section.children]
            warns = advice.warns_of_all(inline.plain(section.text))
            self._active[key] = not warns and (self.has_own_steps(section) or any(below))
        return self._active[key]

    def has_own_steps(self, section: Section) -> bool:
        """True when there is something to do directly below the section's heading."""
        if section.part in (Part.SYMPTOMS, Part.CAUSES):
            return False
        if section.part in (Part.ESCALATION, Part.COMMUNICATION):
            return self.runs(section)
        if parts.step_numbered(section.text) and section.level < BOLD_LEVEL:
            return True
        return any(self._does(block, section.part) for block in section.blocks)

    def runs(self, section: Section) -> bool:
        """True when a fence or a tick box stands in the section or below it."""
        own = any(self._runs(block) for block in walk(section.blocks))
        return own or any(self.runs(child) for child in section.children)

    def _does(self, block: Block, part: Part | None) -> bool:
        if block.type is BlockType.LIST:
            return (
                block.ordered
                or part in STEP_PARTS
                or any(self._runs(inner) for inner in walk(block.children))
                or self._spans(block)
            )
        if block.type is BlockType.TABLE:
            return bool(items.table_commands(block, self._known)) or items.table_steps(block) is not None
        if block.type is BlockType.PARAGRAPH and part in STEP_PARTS:
            runs = items.inline_commands(block.text, block.line)
            return items.asks(block.text) or any(command.kind is not Kind.OPEN for command in runs)
        return self._runs(block)

    def _spans(self, block: Block) -> bool:
        return any(
            command.kind in (Kind.HTTP, Kind.SQL, Kind.REDIS, Kind.SHELL, Kind.DOCKER, Kind.LOGS)
            for item in block.children
            for command in items.inline_commands(item.lead, item.line)
        )

    def _runs(self, block: Block) -> bool:
        if block.checked is not None:
            return True
        if block.type is not BlockType.FENCE:
            return False
        contents = read_fence(block, self._known)
        return (
            contents.language in ("manual", "decision")
            or any(
                command.kind is not Kind.COPY or contents.language in _PROGRAM_LANGUAGES
                for group in contents.groups
                for command in group.commands
            )
            or (bool(contents.groups) and not any(group.commands for group in contents.groups))
        )

    def of(self, section: Section) -> SectionClass:
        """The class of a section."""
        key = id(section)
        if key not in self._classes:
            self._classes[key] = self._classify(section)
        return self._classes[key]

    def _classify(self, section: Section) -> SectionClass:
        if not self.actionable(section):
            return SectionClass.PROSE
        if section.text and parts.is_branch(section.text):
            return SectionClass.BRANCH
        if section.level >= BOLD_LEVEL:
            return SectionClass.PHASE if section.part is not None else SectionClass.STAGE
        if self._has_own_symptoms(section):
            return SectionClass.PROCEDURE if len(self._independent(section)) < 2 else SectionClass.GROUP
        if section.part is Part.REFERENCE:
            return SectionClass.TOOLBOX
        if section.part is not None and section.level <= 2 and len(self._independent(section)) >= 2:
            return SectionClass.GROUP
        if section.part is not None:
            return SectionClass.PHASE
        if parts.step_numbered(section.text):
            return SectionClass.STAGE
        asks = parts.imperative(section.text)
        if parts.numbered(section.text) and (asks or parts.has_part_word(section.text)):
            return SectionClass.STAGE
        if self._independent(section):
            return SectionClass.GROUP
        return SectionClass.MAYBE if asks else SectionClass.PROCEDURE

    def _has_own_symptoms(self, section: Section) -> bool:
        marks = {child.part for child in section.children}
        if Part.SYMPTOMS in marks:
            return True
        return Part.CAUSES in marks and section.part not in STEP_PARTS

    def _independent(self, section: Section) -> list[Section]:
        """The children that are procedures or groups of their own."""
        own = (SectionClass.PROCEDURE, SectionClass.GROUP)
        found = [child for child in section.children if child.level < BOLD_LEVEL and self.of(child) in own]
        stages = [child for child in section.children if parts.numbered(child.text) and parts.imperative(child.text)]
        if len(stages) < 2:
            return found
        # Among numbered stages a numbered section without a verb is one of them, unless it has symptoms of its own.
        return [child for child in found if not parts.numbered(child.text) or self._has_own_symptoms(child)]

    def stands_alone(self, section: Section) -> bool:
        """True when a part of no procedure is still worth listing as one."""
        if section.part in _NEVER_PROCEDURES:
            return False
        if section.part is Part.POST and _REVIEW.search(section.text):
            return self.runs(section)
        if section.part is Part.PREREQUISITES:
            return self.runs(section)
        if section.part is Part.REFERENCE:
            return self.runs(section)
        return True
