"""A post-mortem in Markdown: what the record knows is written out, what only people know is asked for."""

from __future__ import annotations

from datetime import timedelta

from cockpit.engine.chain import GENESIS
from cockpit.engine.deeds import Deed, text_of
from cockpit.engine.impact import Spell
from cockpit.engine.incident_events import ACTION_ITEM, ANSWERED, DUE, HANDED_OVER, REGRADED, RESOLVED, TICKET
from cockpit.engine.markdown import code, fence, md, quote, table
from cockpit.engine.postmortem import PostMortem
from cockpit.engine.postmortem_record import decisions, findings, looks, notes, timeline
from cockpit.engine.postmortem_words import (
    enumerated,
    long_day,
    long_duration,
    minute,
    number_word,
    second,
    things,
)
from cockpit.model.actions import NO_PREVIEW
from cockpit.model.incident import COCKPIT, EntryKind
from cockpit.model.wording import short_duration

REVIEW_WITHIN = 48 * 3600.0
"""Seconds after the end of an incident in which it is usually reviewed."""


def post_mortem_text(found: PostMortem, review_within: float = REVIEW_WITHIN) -> str:
    """The whole document.

    Args:
        found: the material.
        review_within: seconds after the end in which the review is due.
    """
    sections = (
        _head(found, review_within),
        _summary(found),
        _impact(found),
        _section("Timeline", ["All times are UTC.", "", *timeline(found)]),
        _section("What was done", _done(found)),
        _section("What was looked at", looks(found)),
        _section("Decisions and dead ends", [*decisions(found), *findings(found)] or ["None was written down."]),
        _section("Notes and bookmarks", notes(found)),
        _section("What people were told", _messages(found)),
        _prompts(found),
        _action_items(found),
        _record(found),
    )
    return "\n".join("\n".join(section).rstrip() + "\n" for section in sections if section)


def _section(title: str, lines: list[str]) -> list[str]:
    """A section with its heading; none at all when there is nothing in it."""
    return [f"## {title}", "", *lines] if lines else []


def _title(found: PostMortem) -> str:
    if found.incident is None:
        return f"# What happened on {long_day(found.began_at)}"
    return f"# Post-mortem of {found.incident.id}: {md(found.incident.title)}"


def _head(found: PostMortem, review_within: float) -> list[str]:
    rows = [["Began", f"{long_day(found.began_at)}, {second(found.began_at)} UTC"]]
    if found.ended_at is None:
        rows.append(["Ended", f"not yet, as of {second(found.until)} UTC"])
    else:
        day = "" if found.ended_at.date() == found.began_at.date() else f"{long_day(found.ended_at)}, "
        lasted = long_duration((found.ended_at - found.began_at).total_seconds())
        rows.append(["Ended", f"{day}{second(found.ended_at)} UTC, after {lasted}"])
    if found.incident is not None:
        rows = [["Severity", _severity(found)], *_known(found), *rows]
        rows += _mended(found)
        if found.ended_at is not None:
            due = found.ended_at + timedelta(seconds=review_within)
            rows.append(["Review due", f"{long_day(due)}, {minute(due)} UTC"])
    return [_title(found), "", *table(["", ""], [[f"**{name}**", value] for name, value in rows])]


def _mended(found: PostMortem) -> list[list[str]]:
    """When the last check was well again."""
    ends = [spell.ended_at for spell in found.spells]
    known = [end for end in ends if end is not None]
    return [["Well again", f"{second(max(known))} UTC"]] if known and len(known) == len(ends) else []


def _known(found: PostMortem) -> list[list[str]]:
    incident = found.incident
    assert incident is not None
    rows = []
    if incident.environment:
        rows.append(["Environment", md(incident.environment)])
    if incident.services:
        rows.append(["Affected", md(", ".join(incident.services))])
    if found.declared is not None and found.declared.commander:
        led = [md(found.declared.commander)]
        led += [f"{md(text_of(e, 'commander'))} from {minute(e.at)}" for e in found.events(HANDED_OVER)]
        rows.append(["Commander", ", then ".join(led)])
    return rows


def _severity(found: PostMortem) -> str:
    declared, grades = found.declared, found.events(REGRADED)
    first = md(declared.severity) if declared else ""
    later = [f"{md(text_of(e, 'severity'))} from {minute(e.at)}" for e in grades]
    return ", then ".join([first, *later])


def _summary(found: PostMortem) -> list[str]:
    said = [_beginning(found), _reds(found), _efforts(found), _ending(found)]
    text = " ".join(sentence for sentence in said if sentence)
    question = "What did users notice, in two or three sentences that anybody in the company understands?"
    return _section("Summary", [text, "", *_asked(question)])


def _beginning(found: PostMortem) -> str:
    at = f"On {long_day(found.began_at)} at {minute(found.began_at)} UTC"
    if found.incident is None or found.declared is None:
        until = f" and {minute(found.until)}" if found.until > found.began_at else ""
        return f"Between {minute(found.began_at)}{until} UTC on {long_day(found.began_at)} the following was noted."
    who = next((e.actor for e in found.entries if e.incident == found.incident.id), "")
    where = f" on {md(found.incident.environment)}" if found.incident.environment else ""
    return f"{at} {md(who)} declared a {md(found.declared.severity)}{where}: {md(found.declared.title).rstrip('.')}."


def _reds(found: PostMortem) -> str:
    critical = [spell for spell in found.spells if spell.worst == "crit"]
    if not critical:
        return "No check was critical." if found.incident is None else "No check was critical at any time."
    before = [spell for spell in critical if spell.began_at < found.began_at]
    names = enumerated(list(dict.fromkeys(code(spell.check) for spell in critical)))
    verb = "was" if len({spell.check for spell in critical}) == 1 else "were"
    if not before or found.incident is None:
        return f"{names} {verb} critical."
    lead = long_duration((found.began_at - min(spell.began_at for spell in before)).total_seconds())
    since = f"{code(before[0].check)} had not been well for {lead} by then"
    others = list(dict.fromkeys(code(s.check) for s in critical if s.check != before[0].check))
    verb = "was" if len(others) == 1 else "were"
    return f"{since}; {enumerated(others)} {verb} critical as well." if others else f"{since}."


def _efforts(found: PostMortem) -> str:
    refusals = len(found.of(EntryKind.REFUSAL))
    if not found.deeds:
        return "Nothing was changed from the cockpit." if not refusals else "Nothing was changed; see the refusals."
    kinds = {kind: sum(1 for deed in found.deeds if deed.outcome == kind) for kind in _OUTCOMES}
    after = long_duration((found.deeds[0].at - found.began_at).total_seconds())
    if len(found.deeds) == 1:
        became = {"succeeded": "it succeeded", "failed": "it failed", "refused": "it was refused"}
        return f"One change was made, after {after}; {became.get(found.deeds[0].outcome, 'its outcome is unknown')}."
    told = [_OUTCOMES[kind][n > 1].format(number_word(n)) for kind, n in kinds.items() if n]
    return f"The first of {things(len(found.deeds), 'change')} was made after {after}; {enumerated(told)}."


_OUTCOMES = {
    "succeeded": ("one succeeded", "{} succeeded"),
    "failed": ("one failed", "{} failed"),
    "refused": ("one was refused", "{} were refused"),
    "unknown": ("the outcome of one is unknown", "the outcome of {} is unknown"),
}


def _ending(found: PostMortem) -> str:
    if found.incident is None:
        return ""
    if found.ended_at is None:
        return "It is still open."
    ends = found.events(RESOLVED)
    note = text_of(ends[-1], "note") if ends else ""
    lasted = long_duration((found.ended_at - found.began_at).total_seconds())
    said = f"It was resolved at {minute(found.ended_at)} UTC, after {lasted}"
    return f"{said}: {md(note).rstrip('.')}." if note else f"{said}."


def _impact(found: PostMortem) -> list[str]:
    lines = ["No check left ok in this time."]
    if found.spells:
        headings = ["Check", "Worst", "From", "Until", "Lasted", "Critical for", "It said"]
        lines = table(headings, [_spell_row(spell, found) for spell in found.spells])
    question = "How many users, orders or payments were affected, and was any data lost or wrong?"
    return _section("Impact", [*lines, "", *_asked(question)])


def _spell_row(spell: Spell, found: PostMortem) -> list[str]:
    until = spell.ended_at or found.ended_at or found.until
    day = "" if spell.began_at.date() == found.began_at.date() else f"{spell.began_at:%Y-%m-%d} "
    return [
        code(spell.check),
        _WORST.get(spell.worst, spell.worst),
        f"{day}{second(spell.began_at)}",
        second(spell.ended_at) if spell.ended_at else "still so at the end",
        long_duration((until - spell.began_at).total_seconds()),
        long_duration(spell.critical) if spell.critical else "–",
        md(spell.said),
    ]


_WORST = {"crit": "critical", "warn": "warning", "unknown": "unknown"}


def _done(found: PostMortem) -> list[str]:
    lines: list[str] = []
    for number, deed in enumerate(found.deeds, 1):
        lines += [*_deed(number, deed), ""]
    refusals = found.of(EntryKind.REFUSAL)
    if refusals:
        rows = [
            [second(e.at), md(e.actor), code(text_of(e, "command")), _objector(text_of(e, "refused_by")),
             md(text_of(e, "why"))]
            for e in refusals
        ]  # fmt: skip
        lines += ["### Not done", "", *table(["Time", "Who", "Command", "Stopped by", "Why"], rows)]
    return lines or ["Nothing was changed from the cockpit."]


def _objector(by: str) -> str:
    return {"operator": "the operator", "identity": "the check of the target", "policy": "the policy"}.get(by, md(by))


def _deed(number: int, deed: Deed) -> list[str]:
    kind = deed.source.partition(":")[0]
    took = f" in {short_duration(deed.seconds)}" if deed.seconds is not None else ""
    verb = {"succeeded": f"Succeeded{took}", "failed": f"Failed{took}", "refused": "Refused"}.get(
        deed.outcome, "Outcome unknown"
    )
    previewed = deed.effect != NO_PREVIEW.effect
    seen_before = _sentence(deed.effect.removeprefix("will ")).rstrip(".")
    title = md(deed.title) or (seen_before if previewed and deed.effect else "A command")
    place = code(deed.place) if ":" in deed.place else f"the pane {md(deed.place)}"
    where = f"{md(deed.actor)} on {code(deed.source)}" + (f", from {place}" if deed.place else "")
    seen = f"The preview said that it {md(deed.effect)}." if previewed else "There was no preview."
    lines = [f"### {number}. {second(deed.at)} {title}", "", f"By {where}. {seen}", ""]
    lines += fence(deed.command, {"postgres": "sql", "http": "http", "redis": "redis", "shell": "sh"}.get(kind, ""))
    lines += ["", f"**{verb}.** {_sentence(deed.reason)}".rstrip()]
    if deed.results:
        lines += ["", *(f"- {md(result)}" for result in deed.results)]
    if deed.effects:
        lines += ["", "Some seconds later:", "", *(f"- {md(effect)}" for effect in deed.effects)]
    later = deed.verified.removeprefix("settled: ")
    return [*lines, "", f"Found out later: {_sentence(later)}"] if later else lines


def _sentence(text: str) -> str:
    """The text with a full stop, and with a capital unless it begins with the name of something; "" for none."""
    said = md(text).rstrip(".")
    if not said:
        return ""
    return f"{said[0].upper()}{said[1:]}." if said.split()[0].isalpha() else f"{said}."


def _messages(found: PostMortem) -> list[str]:
    lines: list[str] = []
    for entry in found.of(EntryKind.MESSAGE):
        head = f"**{second(entry.at)} {md(text_of(entry, 'template'))}**, {md(text_of(entry, 'how'))}:"
        lines += [head, "", *quote(text_of(entry, "text")), ""]
    return lines


def _prompts(found: PostMortem) -> list[str]:
    if found.incident is None:
        return []
    answered = [f"{md(text_of(e, 'level'))} at {minute(e.at)}" for e in found.events(ANSWERED)]
    due = [f"{md(text_of(e, 'level'))} at {minute(e.at)}" for e in found.events(DUE)]
    escalated = []
    if due or answered:
        said = [f"due: {enumerated(due)}" if due else "", f"answered: {enumerated(answered)}" if answered else ""]
        escalated = [f"Escalation: {'; '.join(part for part in said if part)}.", ""]
    return [
        "## What went well",
        "",
        *_asked("What worked, and should be kept?"),
        "",
        "## What went badly",
        "",
        *escalated,
        *_asked("What cost time, was missing or misled you? Where were we only lucky?"),
        "",
        "## Root cause",
        "",
        *_asked("What had to be true for this to happen? Ask why until the answer is something that can be changed."),
    ]


def _action_items(found: PostMortem) -> list[str]:
    if found.incident is None:
        return []
    tickets = {text_of(entry, "text"): text_of(entry, "where") for entry in found.events(TICKET)}
    rows = [
        [md(text_of(e, "text")), md(text_of(e, "owner")) or "_who?_", md(text_of(e, "due")) or "_by when?_",
         md(tickets.get(text_of(e, "text"), ""))]
        for e in found.events(ACTION_ITEM)
    ]  # fmt: skip
    lines = table(["What", "Owner", "Due", "Where"], rows or [["_what?_", "_who?_", "_by when?_", ""]])
    return _section("Action items", lines)


def _record(found: PostMortem) -> list[str]:
    entries = [entry for entry in found.entries if entry.hash not in ("", GENESIS)]
    by = sorted({md(entry.actor) for entry in found.entries if entry.actor != COCKPIT})
    first, last = found.entries[0], found.entries[-1]
    said = f"Written from entries {first.sequence:,} to {last.sequence:,} of the journal, made by {enumerated(by)}"
    said = said if by else f"Written from entries {first.sequence:,} to {last.sequence:,} of the journal"
    proof = f"; the hash of the last one is {code(entries[-1].hash)}" if entries else ""
    return ["---", "", f"{said}{proof}. Secrets and personal data are masked."]


def _asked(question: str) -> list[str]:
    return [f"> _{question}_"]
