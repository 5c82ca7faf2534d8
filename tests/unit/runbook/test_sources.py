"""The five documents that the reader must serve, and the corpus; skipped where they are absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.engine.library import load_runbook
from cockpit.model.risk import Risk
from cockpit.model.runbook import Command, Kind, Part, Runbook

SHARED = Path(__file__).resolve().parents[4] / "shared"
SOURCES = SHARED / "source-runbooks"
pytestmark = pytest.mark.skipif(not SOURCES.is_dir(), reason="the source documents are not here")


def read(number: str) -> Runbook:
    (path,) = SOURCES.glob(f"{number}*.md")
    return load_runbook(path)


def titles(runbook: Runbook) -> list[str]:
    return [procedure.title for procedure in runbook.procedures]


def commands(runbook: Runbook) -> list[Command]:
    return [command for procedure in runbook.procedures for step in procedure.steps for command in step.commands]


def command(runbook: Runbook, beginning: str) -> Command:
    return next(item for item in commands(runbook) if item.text.strip().startswith(beginning))


EXPECTED = {
    "000": ["Billing Degraded", "Cron Stuck", "Lock Contention", "Enrichment Failures", "Database Connection Issues",
            "KV Cache Issues", "Feature Flag Emergency", "Read-Only Mode", "Emergency Rollback"],
    "001": ["Incident Triage", "Rolling Back a Bad Migration", "Rotating Keys", "Restoring from Backup/PITR",
            "Connection Issues", "Query Performance Issues", "Data Corruption", "High Response Times",
            "High Memory Usage", "High CPU Usage", "Suspected Data Breach", "API Key Compromise"],
    "002": ["Incident Response Process", "API Not Responding", "Database Connection Issues", "Stripe Webhook Failures",
            "Memory Leak", "Rate Limit Triggered", "Post-Incident", "Useful Commands"],
    "003": ["Database Connection Exhaustion", "Payment Processing Failure", "Webhook Security Alert",
            "Circuit Breaker Open (External Service)", "High Error Rate", "High Latency", "Cache Issues",
            "Idempotency Issues"],
    "004-c": ["Quick Triage", "Common First Steps", "Break-Glass Access", "Rollback Deploy"],
}  # fmt: skip


@pytest.mark.parametrize("number", sorted(EXPECTED))
def test_every_procedure_that_a_careful_reader_would_list(number: str) -> None:
    assert titles(read(number)) == EXPECTED[number]


def test_000_flags_the_glob_and_binds_the_request() -> None:
    runbook = read("000")
    glob = command(runbook, "DEL flag:version:*")
    assert [warning.rule for warning in glob.warnings] == ["del-glob"]
    assert command(runbook, "POST /api/cron/billing-reconcile?limit=100").kind is Kind.HTTP
    stuck = runbook.procedures[1]
    assert stuck.steps[2].branches[0].title == "If lock is stale (>1 hour old)"
    assert stuck.steps[2].commands[0].text == "DEL lock:cron:recalculate"


def test_001_has_stages_budgets_placeholders_and_alternatives() -> None:
    runbook = read("001")
    triage = runbook.procedures[0]
    assert [phase.budget_seconds for phase in triage.phases] == [300, 900, 3600, 7200, 7200]
    assert command(runbook, "npx prisma migrate resolve").placeholders == ("migration-name",)
    reset = command(runbook, "npx prisma migrate reset --force")
    assert reset.risk is Risk.HIGH
    assert reset.alternatives_group is not None


def test_002_has_branches_contexts_and_streams() -> None:
    runbook = read("002")
    choice = next(step for step in runbook.procedures[0].steps if len(step.branches) == 4)
    assert [branch.title[:8] for branch in choice.branches] == ["Option A", "Option B", "Option C", "Option D"]
    assert command(runbook, "pg_restore --clean").risk is Risk.HIGH
    assert command(runbook, "UPDATE stripe_webhook_events").risk is Risk.CHANGE
    assert command(runbook, "sudo tail -f").streaming
    assert command(runbook, "htop").streaming
    context = command(runbook, "SELECT COUNT(*) FROM pg_stat_activity").context
    assert context is not None
    assert context.program == "psql"


def test_003_is_free_of_mojibake() -> None:
    runbook = read("003")
    assert runbook.notes
    assert "‚" not in repr(runbook)
    assert any("Stripe Dashboard → Developers" in step.title for step in runbook.procedures[2].steps)
    assert {procedure.severity for procedure in runbook.procedures} == {"P0", "P1", "P2"}


def test_004_is_an_index_whose_pages_are_one_procedure_each() -> None:
    assert len(read("004-c").index) == 10
    assert command(read("004-c"), "git reset --hard").placeholders == ("good_sha",)
    for path in (SOURCES / "004-linked").glob("*.md"):
        (procedure,) = load_runbook(path).procedures
        assert {Part.SYMPTOMS, Part.DIAGNOSIS, Part.MITIGATION, Part.ROLLBACK, Part.ESCALATION} <= {
            phase.part for phase in procedure.phases
        }


def test_the_corpus_can_be_read() -> None:
    paths = sorted((SHARED / "corpus").rglob("*.md"))
    read_ones = [load_runbook(path) for path in paths]
    with_procedures = sum(bool(runbook.procedures) for runbook in read_ones)
    assert with_procedures > 0.8 * len(read_ones)
