"""The groups of a fence: a comment with the commands that it titles, manual notes, alternatives, expectations."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from cockpit.model.runbook import Command
from cockpit.runbook import parts, programs
from cockpit.runbook.inline import plain

_ALTERNATIVE = re.compile(
    r"^(?:(?:option|alternative|variant|method|approach)\s*#?\s*[0-9A-Z]+\b|or\b|alternatively\b)", re.I
)
_EXPECTED = re.compile(
    r"^(?:expected(?:\s+(?:output|result|response))?|should\s+(?:show|return|print|be|see|list|report)|(?:example\s+)?output"
    r"|returns|shows|displays|prints|lists|reports)\b\s*:?\s*(.*)$",
    re.I,
)
_NUMBERING = re.compile(r"^(?:step\s*)?\d{1,2}[.):]\s+|^step\s+\d{1,2}\s*[-:.]\s*|^[-*•]\s+", re.I)


@dataclass(slots=True)
class Group:
    """What one comment of a fence titles.

    Attributes:
        line: 1-based line in the file.
        title: the comment, "" when there is none.
        details: further comments.
        commands: what it runs; empty for a manual note.
        alternative: True when it excludes its neighbours.
    """

    line: int
    title: str = ""
    details: list[str] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    alternative: bool = False


class Collector:
    """Gathers comments and commands into groups.

    Args:
        line: 1-based line in the file of what is gathered first.
    """

    def __init__(self, line: int) -> None:
        self.groups: list[Group] = []
        self.comments: list[tuple[int, str]] = []
        self.line = line

    def comment(self, line: int, text: str) -> None:
        """Keep a comment as a title to come, or as the expectation of the command before it."""
        expected = _EXPECTED.match(text)
        if expected and self.groups and self.groups[-1].commands and not self.comments:
            last = self.groups[-1].commands[-1]
            said = " ".join(part for part in (last.expect, expected[1] or text) if part)
            self.groups[-1].commands[-1] = replace(last, expect=said)
        elif text.strip("-=*_# "):
            self.comments.append((line, text))

    def blank(self) -> None:
        """A comment before an empty line is something a person does."""
        if self.comments:
            self.groups.append(self._group(self.comments[0][0]))

    def command(self, command: Command) -> None:
        """Add a command to the group that its comments open, else to the last one."""
        self._apart()
        if self.comments or not self.groups or not self.groups[-1].commands:
            self.groups.append(self._group(self.comments[0][0] if self.comments else command.line))
        self.groups[-1].commands.append(command)

    def output(self, text: str) -> None:
        """Keep documented output with the command that prints it."""
        if self.groups and self.groups[-1].commands:
            last = self.groups[-1].commands[-1]
            self.groups[-1].commands[-1] = replace(last, expect="\n".join(part for part in (last.expect, text) if part))

    def _apart(self) -> None:
        """Several comments that each ask for something are steps; only the last one titles the command."""
        texts = [text for _, text in self.comments]
        if len(texts) < 2 or any(_ALTERNATIVE.match(text) for text in texts):
            return
        if all(parts.imperative(text) and text[:1].isupper() and not text.endswith((",", ":")) for text in texts):
            self.groups += [Group(line, plain(_NUMBERING.sub("", text))) for line, text in self.comments[:-1]]
            self.comments = self.comments[-1:]

    def _group(self, line: int) -> Group:
        texts = [plain(_NUMBERING.sub("", text)) for _, text in self.comments]
        raw = [text for _, text in self.comments]
        self.comments = []
        if not texts:
            return Group(line)
        at = (
            1
            if len(texts) > 1 and texts[0].endswith(":") and not _ALTERNATIVE.match(raw[0]) and re.match(r"^\d", raw[1])
            else 0
        )
        details = [text for index, text in enumerate(texts) if index != at]
        return Group(line, texts[at].rstrip(":"), details, alternative=_ALTERNATIVE.match(raw[0]) is not None)


def set_alternatives(groups: list[Group], line: int) -> None:
    """Give neighbours that exclude each other a common name; `Or ...` takes in the group before it."""
    number = 0
    for index, group in enumerate(groups):
        if not group.alternative:
            continue
        before = groups[index - 1] if index else None
        if before is not None and not before.alternative and re.match(r"^(?:or|alternatively)\b", group.title, re.I):
            before.alternative = True
    inside = False
    for group in groups:
        number += group.alternative and not inside
        inside = group.alternative
        if group.alternative:
            group.commands = [
                replace(command, alternatives_group=f"line-{line}-{number}") for command in group.commands
            ]


def starts_with_program(text: str) -> bool:
    """True when a line begins with a program that is known, or with the path of one."""
    found = re.match(r"^(?:sudo\s+)?((?:\./|/|~/)?[\w.@-]+(?:/[\w.@-]+)*)(?=\s|$)", text)
    if found is None:
        return False
    name = found[1]
    return name in programs.KNOWN or re.match(r"^(?:\./|/(?:usr|opt|bin|srv|home|var)/|~/)\S", name) is not None
