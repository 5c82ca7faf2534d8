"""A fixed journal: one incident from the first red check to its end, as the cockpit writes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cockpit.engine.chain import GENESIS, canonical, forged
from cockpit.model.health import Json
from cockpit.model.incident import COCKPIT, EntryKind, JournalEntry

ADA, GRACE = "ada@laptop", "grace@desk"
NIGHT = datetime(2026, 3, 14, 2, 41, 8, tzinfo=UTC)
INCIDENT = "INC-7"


@dataclass
class Story:
    """Writes entries one after the other, with their hashes.

    Attributes:
        at: the time of the next entry.
        entries: what was written so far.
    """

    at: datetime = NIGHT
    entries: list[JournalEntry] = field(default_factory=list)
    incident: str = ""

    def later(self, minutes: float = 0, seconds: float = 0) -> Story:
        self.at += timedelta(minutes=minutes, seconds=seconds)
        return self

    def note(self, kind: EntryKind, actor: str = ADA, **payload: Json) -> JournalEntry:
        previous = self.entries[-1].hash if self.entries else GENESIS
        number, at = len(self.entries) + 1, self.at.isoformat(timespec="microseconds")
        link = forged(number, at, actor, self.incident, kind.value, canonical(payload), previous)
        entry = JournalEntry(number, self.at, actor, self.incident, kind, dict(payload), previous, link.hash)
        self.entries.append(entry)
        return entry

    def verdict(self, check: str, before: str, verdict: str, message: str = "") -> JournalEntry:
        return self.note(
            EntryKind.VERDICT,
            COCKPIT,
            environment="prod",
            check=check,
            before=before,
            verdict=verdict,
            value="",
            message=message,
        )

    def change(self, action: str, step: str, title: str, **fields: Json) -> None:
        """An intent and its outcome two tenths of a second later, and what the run notes of them."""
        command, source = fields["command"], fields["source"]
        outcome, reason = str(fields["outcome"]), fields["reason"]
        self.note(
            EntryKind.INTENT,
            action=action,
            environment="PROD",
            source=source,
            command=command,
            target=fields.get("target", ""),
            risk="change",
            reason="it deletes",
            effect=fields["effect"],
            origin="runbook",
            reference="runbooks/cron-stuck.md:48",
            step=step,
        )
        if outcome == "lost":
            return
        self.later(seconds=0.2)
        self.note(
            EntryKind.OUTCOME,
            action=action,
            step=step,
            command=command,
            outcome=outcome,
            reason=reason,
            results=[],
            seconds=0.2,
        )
        state = {"succeeded": "done"}.get(outcome, outcome)
        self.note(EntryKind.STEP, run="r1", step=step, title=title, state=state, note=reason)

    def read(self, step: str, title: str, command: str, answer: dict[str, Json], state: str = "done") -> None:
        """A step that only reads."""
        self.note(
            EntryKind.READ,
            run="r1",
            step=step,
            title=title,
            command=command,
            state=state,
            note="" if state == "done" else "not yet: value == 0",
            attempts=1,
            answer=dict(answer),
        )


def a_story() -> list[JournalEntry]:
    """A worker died with a lock: found by a check, declared, escalated, handed over, mended and resolved."""
    story = Story()
    story.verdict("api.health", "unread", "ok")
    story.later(3)
    story.verdict("cron.recalculate", "ok", "warn", "2.1 intervals")
    story.later(12)
    story.verdict("cron.recalculate", "warn", "crit", "last run 1h22m ago, 3.0 intervals")
    story.later(4, 4)
    story.incident = INCIDENT
    story.note(
        EntryKind.INCIDENT,
        event="declared",
        severity="P2",
        title="Prices are not recalculated",
        commander="ada",
        services=["shop", "worker"],
        environment="PROD",
    )
    story.later(0, 50)
    story.note(
        EntryKind.RUN, run="r1", event="started", path="runbooks/cron-stuck.md", sha256="0" * 64, title="Cron stuck"
    )
    story.later(0, 20)
    story.read("s1", "See who holds the lock", "GET lock:cron:recalculate", {"lines": ["worker-1:8821"]})
    story.later(0, 31)
    query = "SELECT status, worker FROM cron_runs WHERE notify = 'olga@shop.example'"
    rows: list[Json] = [["running", "worker-1"], ["done", "worker-2"]]
    story.read("s2", "See when the job last finished", query, {"columns": ["status", "worker"], "rows": rows})
    story.later(1)
    story.note(EntryKind.NOTE, text="olga@shop.example says that the prices of March | April are old")
    story.later(0, 45)
    story.note(
        EntryKind.DECISION, run="r1", step="s3", title="Is the worker still alive?", branch="No: release the lock"
    )
    story.later(1, 10)
    story.note(
        EntryKind.REFUSAL,
        action="a1",
        command="DEL lock:cron:recalculate",
        source="redis:kv",
        refused_by="policy",
        why="PROD is protected; `:unlock 10m` opens it for a while",
        step="s4",
    )
    story.later(0, 30)
    story.note(EntryKind.ROLE, text="unlocked PROD for 10m: the lock's owner is dead")
    story.later(0, 24)
    story.change(
        "a2",
        "s4",
        "Release the lock",
        command="DEL lock:cron:recalculate",
        source="redis:kv",
        effect="will delete 1 key",
        outcome="failed",
        reason="the key is held by worker-3:9001 now",
    )
    story.later(2)
    story.note(EntryKind.INCIDENT, event="regraded", before="P2", severity="P1", reason="orders are wrong too")
    story.verdict("api.health", "ok", "crit", "status 500")
    story.later(2, 30)
    of: dict[str, Json] = {"of": f"{INCIDENT} L2", "level": "L2"}
    story.note(EntryKind.INCIDENT, COCKPIT, event="escalation due", to="database on call", how="telephone", **of)
    story.later(1)
    story.note(EntryKind.INCIDENT, event="answered", level="L2", who="grace")
    story.note(EntryKind.INCIDENT, event="handed over", before="ada", commander="grace")
    story.later(1)
    story.note(
        EntryKind.MESSAGE,
        GRACE,
        template="Status page update",
        how="sent to status-page",
        text="Prices may be out of date.\nWe have found the cause.",
    )
    story.later(1, 12)
    story.note(
        EntryKind.STEP, GRACE, run="r1", step="s5", title="Restart the worker", state="skipped", note="systemd did it"
    )
    story.later(0, 40)
    story.change(
        "a3",
        "s4",
        "Release the lock",
        command="DEL lock:cron:recalculate",
        source="redis:kv",
        effect="will delete 1 key",
        outcome="succeeded",
        reason="1 key deleted",
    )
    story.later(0, 10)
    effect: list[Json] = ["cron.recalculate: crit → warn", "connections: 42 → 31"]
    note = "; ".join(str(one) for one in effect)
    title, state = "Release the lock", "looked at afterwards"
    story.note(EntryKind.STEP, run="r1", step="s4", title=title, state=state, effect=effect, note=note)
    story.later(0, 20)
    before, after = "curl http://shop/jobs", "curl -X POST http://shop/jobs"
    story.note(
        EntryKind.STEP,
        run="r1",
        step="s6",
        title="Run the job once",
        state="edited",
        before=before,
        after=after,
        note=f"{before} → {after}",
    )
    story.change(
        "a4",
        "s6",
        "Run the job once",
        command="curl -X POST -H 'Authorization: Bearer abcdef123456' http://shop/jobs/recalculate | tee /tmp/out",
        source="shell:shell",
        effect="no preview exists for this kind",
        outcome="lost",
        reason="",
    )
    story.later(1)
    story.note(EntryKind.NOTE, text="settled: the job ran once, see cron_runs", action="a4")
    story.verdict("cron.recalculate", "crit", "ok")
    story.later(0, 20)
    story.verdict("api.health", "crit", "ok")
    story.later(4)
    story.note(EntryKind.INCIDENT, GRACE, event="resolved", note="the job runs again")
    story.later(10)
    story.note(
        EntryKind.INCIDENT,
        GRACE,
        event="action item",
        text="Give the lock a shorter time to live",
        owner="ada",
        due="2026-03-20",
    )
    story.note(EntryKind.INCIDENT, GRACE, event="action item", text="Alert on a lock that outlives its owner")
    where = "https://tracker.example/42"
    story.note(EntryKind.INCIDENT, GRACE, event="ticket", text="Give the lock a shorter time to live", where=where)
    story.incident = ""
    story.later(60)
    story.note(EntryKind.NOTE, text="tomorrow's deployment is at nine")
    return story.entries
