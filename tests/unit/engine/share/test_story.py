"""A follower proves every entry, and shows what is forged, moved or missing as such."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from cockpit.engine.chain import canonical, entry_hash
from cockpit.engine.share.entries import Proof, SharedEntry, read_line, seal_of, shared_line
from cockpit.engine.share.story import MARK, Story
from cockpit.model.errors import SourceGarbled
from cockpit.model.health import Json
from cockpit.model.incident import EntryKind, JournalEntry
from cockpit.model.masking import Masker
from tests.support.fake_session import START

KEY = b"the team's key"


def an_entry(sequence: int, previous: str, payload: dict[str, Json], kind: EntryKind = EntryKind.NOTE) -> JournalEntry:
    at = START + timedelta(seconds=sequence)
    written = at.isoformat(timespec="microseconds")
    own = entry_hash(sequence, written, "ada@laptop", "INC-1", kind.value, canonical(payload), previous)
    return JournalEntry(sequence, at, "ada@laptop", "INC-1", kind, payload, previous, own)


def a_record(length: int, first: int = 5) -> list[JournalEntry]:
    """The entries of an incident; those whose number is even hold something personal."""
    entries = [an_entry(first, "0" * 64, {"event": "declared", "title": "Cron stuck"}, EntryKind.INCIDENT)]
    for sequence in range(first + 1, first + length):
        text = f"called ada{sequence}@example.com" if sequence % 2 == 0 else f"note {sequence}"
        entries.append(an_entry(sequence, entries[-1].hash, {"text": text}))
    return entries


def shared(entries: list[JournalEntry], key: bytes = KEY, before: str = "") -> list[bytes]:
    lines = []
    for entry in entries:
        data, before = shared_line(entry, Masker(), key, before)
        lines.append(data)
    return lines


def judged(lines: list[bytes], key: bytes = KEY) -> list[str]:
    proof = Proof(key)
    return [proof.judge(read_line(line)) for line in lines]


def read(lines: list[bytes]) -> list[SharedEntry]:
    return [read_line(line) for line in lines]


def edited(line: bytes, **changes: Json) -> bytes:
    return canonical({**json.loads(line), **changes}).encode()


@pytest.mark.parametrize("key", [b"", KEY])
def test_a_story_as_it_was_shared_is_proven_and_masked(key: bytes) -> None:
    lines = shared(a_record(6), key)
    assert judged(lines, key) == [""] * 6
    assert b"example.com" not in b"".join(lines)
    assert [read_line(line).hides for line in lines] == [False, True, False, True, False, True]


def a_new_text(line: bytes) -> bytes:
    return edited(line, payload={"text": "all is well"})


def a_new_text_and_hash(line: bytes) -> bytes:
    told = json.loads(line)
    at, actor, kind = told["at"], told["actor"], told["kind"]
    text = canonical({"text": "well"})
    own = entry_hash(told["sequence"], at, actor, told["incident"], kind, text, told["previous"])
    return edited(line, payload={"text": "well"}, hash=own, masked=False)


def said_to_be_masked(line: bytes) -> bytes:
    return edited(line, payload={"text": "all is well"}, masked=True)


def by_somebody_else(line: bytes) -> bytes:
    return edited(line, actor="mallory@elsewhere")


@pytest.mark.parametrize("forge", [a_new_text, a_new_text_and_hash, said_to_be_masked, by_somebody_else])
@pytest.mark.parametrize("place", [1, 2, 3, 4])
@pytest.mark.parametrize("key", [b"", KEY])
def test_a_forged_entry_in_the_middle_is_found(forge: Callable[[bytes], bytes], place: int, key: bytes) -> None:
    lines = shared(a_record(6), key)
    lines[place] = forge(lines[place])
    assert any(judged(lines, key))


def test_without_a_key_a_new_seal_is_found_by_the_entry_after_it() -> None:
    lines = shared(a_record(6), b"")
    told = json.loads(lines[3])
    fields = {**told, "payload": {"text": "all is well"}, "masked": True}
    fields.pop("seal")
    before = json.loads(lines[2])["seal"]
    lines[3] = canonical({**fields, "seal": seal_of(b"", before, canonical(fields))}).encode()
    problems = judged(lines, b"")
    assert problems[3] == ""
    assert "entry 9 was forged: its seal" in problems[4]


def sealed_anew(line: bytes, before: bytes, **changes: Json) -> bytes:
    """An entry as somebody forges it who knows how seals are made, where there is no key."""
    fields = {**json.loads(line), **changes}
    fields.pop("seal")
    return canonical({**fields, "seal": seal_of(b"", json.loads(before)["seal"], canonical(fields))}).encode()


def test_without_a_key_the_last_entry_still_has_to_belong_to_its_hash_and_its_place() -> None:
    lines = shared(a_record(3), b"")
    edited_last = sealed_anew(lines[2], lines[1], payload={"text": "all is well"})
    assert judged([*lines[:2], edited_last], b"")[2].endswith("its content does not belong to its hash")
    elsewhere = an_entry(7, "1" * 64, {"text": "another"})
    moved = sealed_anew(lines[2], lines[1], payload=elsewhere.payload, hash=elsewhere.hash, previous="1" * 64)
    assert judged([*lines[:2], moved], b"")[2].startswith("entry 7 does not follow the entry before it")


def test_with_a_key_nobody_without_it_can_add_an_entry() -> None:
    entries = a_record(4)
    lines = shared(entries)
    false = an_entry(9, entries[-1].hash, {"text": "all is well"})
    added, _ = shared_line(false, Masker(), b"a guess", json.loads(lines[-1])["seal"])
    assert judged([*lines, added])[-1].startswith("entry 9 was forged: its seal")


def test_one_taken_away_and_two_changed_places_are_found() -> None:
    lines = shared(a_record(6))
    gone = judged([*lines[:2], *lines[3:]])
    assert gone[2] == "entry 7 is missing: entry 8 follows entry 6"
    turned = judged([lines[0], lines[2], lines[1], *lines[3:]])
    assert [bool(problem) for problem in turned[1:4]] == [True, True, True]


def test_a_late_joiner_may_begin_in_the_middle() -> None:
    assert judged(shared(a_record(6))[2:]) == [""] * 4


def test_what_is_not_proven_says_so_and_means_nothing() -> None:
    entries = a_record(5)
    lines = shared(entries)
    lines[2] = edited(lines[2], kind="incident", payload={"event": "resolved"})
    story = Story(KEY)
    story.take(read(lines))
    marked = story.after(0)[2]
    assert marked.kind is EntryKind.NOTE
    assert str(marked.payload["text"]).startswith(f"{MARK}: entry 7 was forged")
    assert 7 not in [entry.sequence for entry in story.proven()]
    assert [entry.sequence for entry in story.after(6)] == [7, 8, 9]


def test_a_stream_that_was_healed_tells_the_truth_again() -> None:
    lines = shared(a_record(5))
    forged = [*lines[:4], edited(lines[4], sequence=99)]
    story = Story(KEY)
    story.take(read(forged))
    assert story.last == 99
    story.begin_anew(read(lines))
    assert [entry.sequence for entry in story.after(0)] == [5, 6, 7, 8, 9]
    assert len(story.proven()) == 5
    assert story.generation == 1
    assert story.problems == ["entry 9 is missing: entry 99 follows entry 8"]


def test_a_stream_that_is_being_written_anew_loses_nothing_that_was_proven() -> None:
    lines = shared(a_record(5))
    story = Story(KEY)
    story.take(read(lines))
    story.begin_anew(read(lines[:2]))
    assert [entry.sequence for entry in story.after(0)] == [5, 6, 7, 8, 9]
    story.take(read(lines[2:]))
    assert story.problems == []
    assert story.generation == 0


def test_a_stream_that_tells_another_story_than_before_is_found() -> None:
    story = Story()
    story.take(read(shared(a_record(4), b"")))
    other = a_record(2)
    other += [an_entry(7, other[-1].hash, {"text": "another"})]
    story.begin_anew(read(shared(other, b"")))
    assert story.problems == ["entry 7 is not the one that was here before"]


def test_hostile_texts_are_cleaned_when_they_are_shown() -> None:
    entry = an_entry(5, "0" * 64, {"text": "a\x1b]52;c;aGk=\x07b", "lines": ["\u202ec"]})
    entry = replace(entry, actor="x\x1b[2J")
    story = Story()
    story.take(read(shared([entry], b"")))
    [shown] = story.after(0)
    assert "\x1b" not in str(shown.payload)
    assert shown.actor == "x"


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b"\xff", b'{"sequence": "1"}', b"[" * 100_000, b'{"sequence":1,"payload":{},"masked":false}'],
)
def test_what_is_no_entry_is_refused(data: bytes) -> None:
    with pytest.raises(SourceGarbled):
        read_line(data)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(SourceGarbled):
        read_line(edited(shared(a_record(1))[0], at="2026-03-14T03:00:00"))
