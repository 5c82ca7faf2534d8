from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cockpit.engine.mutes import Mutes, mute_entry, mutes_in
from cockpit.model.health import CheckResult, HealthSnapshot, Json, Mute, Verdict
from cockpit.model.incident import EntryKind, JournalEntry

NOW = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)
CRIT = CheckResult("api", Verdict.CRIT, "503")


def mute(minutes: float) -> Mute:
    return Mute("being repaired", "ada@laptop", NOW + timedelta(minutes=minutes))


def entry(sequence: int, payload: dict[str, Json], kind: EntryKind = EntryKind.NOTE) -> JournalEntry:
    return JournalEntry(sequence, NOW, "ada@laptop", "", kind, payload, "", "")


def test_a_mute_is_marked_then_said_to_have_ended_then_forgotten() -> None:
    mutes = Mutes()
    mutes.add("api", mute(5))
    assert mutes.mark(CRIT, NOW).muted
    ended = mutes.mark(CRIT, NOW + timedelta(minutes=6))
    assert (ended.muted, ended.mute) == (False, mute(5))
    assert mutes.mark(CRIT, NOW + timedelta(minutes=16)) is CRIT
    assert mutes.of("api") is None


def test_a_mute_can_be_taken_away() -> None:
    mutes = Mutes()
    mutes.add("api", mute(5))
    assert mutes.end("api")
    assert not mutes.end("api")
    assert mutes.mark(CRIT, NOW) is CRIT


def test_what_is_silenced_elsewhere_stays_so() -> None:
    silenced = CheckResult("alert X", Verdict.CRIT, "silenced", mute=Mute("silenced", "main"), muted=True)
    mutes = Mutes()
    mutes.add("alert X", mute(5))
    assert mutes.mark(silenced, NOW) is silenced


def test_a_muted_check_does_not_count() -> None:
    mutes = Mutes()
    mutes.add("api", mute(5))
    muted = mutes.mark(CRIT, NOW)
    assert HealthSnapshot((muted, CheckResult("db", Verdict.WARN, "1"))).worst is Verdict.WARN
    assert HealthSnapshot((muted,)).worst is Verdict.OK
    assert HealthSnapshot(()).worst is Verdict.UNKNOWN


def test_the_record_tells_which_mutes_still_hold() -> None:
    lasting, over = mute(30), mute(-1)
    entries = [
        entry(1, mute_entry("prod", "api", lasting)),
        entry(2, mute_entry("prod", "db", over)),
        entry(3, mute_entry("staging", "kv", lasting)),
        entry(4, mute_entry("prod", "web", lasting)),
        entry(5, mute_entry("prod", "web", Mute(""))),
        entry(6, {**mute_entry("prod", "x", lasting), "until": "soon"}),
        entry(7, {**mute_entry("prod", "y", lasting)}, EntryKind.STEP),
        entry(8, {"text": "a note"}),
    ]
    assert mutes_in(entries, "prod", NOW) == {"api": lasting}


def test_the_record_reads_as_a_sentence() -> None:
    assert mute_entry("prod", "api", mute(30))["text"] == "muted api until 03:30Z: being repaired"
    assert mute_entry("prod", "api", Mute(""))["text"] == "api is no longer muted"
