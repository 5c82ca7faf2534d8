"""The parts of a post-mortem that list entries of the record: timeline, looks, decisions, findings, notes."""

from __future__ import annotations

from datetime import date

from cockpit.engine.chronicle import sentence
from cockpit.engine.deeds import echoes, text_of
from cockpit.engine.markdown import code, md, table
from cockpit.engine.postmortem import PostMortem
from cockpit.engine.postmortem_words import long_day, second, things
from cockpit.engine.timeline import Moment
from cockpit.model.incident import COCKPIT, EntryKind, JournalEntry
from cockpit.model.wording import short_duration

_NOT_TOLD = frozenset({EntryKind.SESSION})
_OFF_THE_PATH = frozenset({"skipped", "failed", "unknown", "refused", "edited"})


def timeline(found: PostMortem) -> list[str]:
    """A table of everything; an intent whose outcome is known is told with it."""
    finished, said = {text_of(entry, "action") for entry in found.of(EntryKind.OUTCOME)}, echoes(found.entries)
    seconds = {text_of(e, "action"): e.payload.get("seconds") for e in found.of(EntryKind.OUTCOME)}
    rows: list[list[str]] = []
    day: date = found.began_at.date()
    for moment in found.moments:
        entry = moment.entries[-1]
        known = entry.kind is EntryKind.INTENT and text_of(entry, "action") in finished
        if known or entry.kind in _NOT_TOLD or entry.sequence in said:
            continue
        if moment.at.date() != day:
            day = moment.at.date()
            rows.append([f"**{day:%Y-%m-%d}**", "", f"**{long_day(moment.at)}**"])
        who = "" if entry.actor == COCKPIT else md(entry.actor)
        rows.append([second(moment.at), who, _words(moment, seconds.get(text_of(entry, "action")))])
    return table(["Time", "Who", "What"], rows)


def _words(moment: Moment, seconds: object) -> str:
    entry = moment.entries[-1]
    if len(moment.entries) > 1:
        return md(moment.words)
    match entry.kind:
        case EntryKind.OUTCOME:
            took = f" in {short_duration(seconds)}" if isinstance(seconds, int | float) else ""
            reason = md(text_of(entry, "reason"))
            return f"{code(text_of(entry, 'command'))} **{text_of(entry, 'outcome')}**{took}: {reason}"
        case EntryKind.INTENT:
            return f"began {code(text_of(entry, 'command'))}, which never reported back: **unknown**"
        case EntryKind.REFUSAL:
            return f"not done: {code(text_of(entry, 'command'))}: {md(text_of(entry, 'why'))}"
        case EntryKind.READ:
            note = md(text_of(entry, "note"))
            state = "" if text_of(entry, "state") == "done" else f", {text_of(entry, 'state')}"
            return f"looked: {code(text_of(entry, 'command'))}{state}" + (f" ({note})" if note else "")
        case EntryKind.STEP if "effect" in entry.payload:
            return f"some seconds after {md(text_of(entry, 'title'))}: {md(text_of(entry, 'note'))}"
        case EntryKind.INCIDENT | EntryKind.DECISION:
            return f"**{md(sentence(entry))}**"
        case _:
            return md(sentence(entry))


def looks(found: PostMortem) -> list[str]:
    """A table of what was read, the same command once with how often."""
    reads: dict[tuple[str, str], list[JournalEntry]] = {}
    for entry in found.of(EntryKind.READ):
        reads.setdefault((text_of(entry, "title"), text_of(entry, "command")), []).append(entry)
    rows = []
    for (title, command), same in reads.items():
        often = f" ({len(same)} times)" if len(same) > 1 else ""
        rows.append([second(same[0].at), md(title), code(command), f"{_answer(same[-1])}{often}"])
    return table(["First at", "Step", "Command", "Last answer"], rows) if rows else []


def _answer(entry: JournalEntry) -> str:
    answer = entry.payload.get("answer")
    state = text_of(entry, "state")
    if not isinstance(answer, dict):
        return md(text_of(entry, "note")) or md(state)
    rows, lines = answer.get("rows"), answer.get("lines")
    if isinstance(rows, list) and rows:
        first = rows[0] if isinstance(rows[0], list) else []
        more = f", {things(len(rows), 'row')}" if len(rows) > 1 else ""
        return f"{md(', '.join('' if cell is None else str(cell) for cell in first))[:160]}{more}"
    if isinstance(lines, list) and lines:
        more = f", {things(len(lines), 'line')}" if len(lines) > 1 else ""
        return f"{md(str(lines[0]))[:160]}{more}"
    return md(str(answer.get("notice") or "")) or md(state)


def decisions(found: PostMortem) -> list[str]:
    """One line for each decision that was taken."""
    return [
        f"- {second(e.at)} **{md(text_of(e, 'title'))}** {md(text_of(e, 'branch'))} ({md(e.actor)})"
        for e in found.of(EntryKind.DECISION)
    ]


def findings(found: PostMortem) -> list[str]:
    """One line for each thing off the runbook's path: skipped, failed, unknown, refused, or edited in place."""
    lines = []
    for entry in found.of(EntryKind.STEP, EntryKind.READ):
        state, note = text_of(entry, "state"), text_of(entry, "note")
        if state in _OFF_THE_PATH:
            said = f": {md(note)}" if note else ""
            lines.append(f"- {second(entry.at)} {md(text_of(entry, 'title'))}: {md(state)}{said} ({md(entry.actor)})")
    return lines


def notes(found: PostMortem) -> list[str]:
    """One line for each note and bookmark, and each step that was ticked with one."""
    lines, said = [], echoes(found.entries)
    for entry in found.of(EntryKind.NOTE, EntryKind.STEP):
        ticked = entry.kind is EntryKind.STEP
        if entry.actor == COCKPIT or entry.sequence in said or (ticked and not _ticked_with_note(entry)):
            continue
        words = text_of(entry, "note") if entry.kind is EntryKind.STEP else text_of(entry, "text")
        about = f"{md(text_of(entry, 'title'))}: " if entry.kind is EntryKind.STEP else ""
        lines.append(f"- {second(entry.at)} {about}{md(words)} ({md(entry.actor)})")
    return lines


def _ticked_with_note(entry: JournalEntry) -> bool:
    return text_of(entry, "state") == "done" and bool(text_of(entry, "note"))
