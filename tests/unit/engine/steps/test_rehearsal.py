from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.engine.library import load_runbook
from cockpit.engine.steps.rehearsal import dry_run
from cockpit.model.errors import RunbookError
from cockpit.model.locks import JobPlan
from cockpit.model.operations import HttpRequest
from cockpit.model.runbook import Command, Kind, Step
from cockpit.runbook.reader import read_runbook
from cockpit.runbook.resolve import resolve
from tests.support.shipped import SAMPLES

SHIPPED = Path(__file__).parents[4] / "runbooks"
STEP = "# P\n\n**Mitigation:**\n\n1. Run it{words}\n\n   ```http{info}\n   {request}\n   ```\n"
PLAN = JobPlan("enrich", "lock", 1.0, 1.0, 1.0, trigger="POST /jobs/enrich", dry="POST /rehearse/enrich")


def the_step(request: str, info: str = "", words: str = "") -> tuple[Step, Command, HttpRequest]:
    text = STEP.format(request=request, info=f" {info}" if info else "", words=words)
    [step] = read_runbook(text, "p.md").procedures[0].steps
    [command] = step.commands
    operation = resolve(command, {})
    assert isinstance(operation, HttpRequest)
    return step, command, operation


@pytest.mark.parametrize(
    ("request_", "info", "words", "url"),
    [
        ("POST /jobs/a", '{"dry":"POST /jobs/a?dry=1"}', "", "/jobs/a?dry=1"),
        ("POST /jobs/a?n=5", '{"dry":"POST /jobs/a?n=5&dry_run=true"}', "", "/jobs/a?n=5&dry_run=true"),
        ("POST /jobs/a", "", ", with `?dry=1` it only says what it would do", "/jobs/a?dry=1"),
        ("POST /jobs/a?n=5", "", " (`&dryRun=true` changes nothing)", "/jobs/a?n=5&dryRun=true"),
        ("POST /jobs/enrich", "", "", "/rehearse/enrich"),
    ],
)
def test_a_documented_dry_run_is_found(request_: str, info: str, words: str, url: str) -> None:
    found = dry_run(*the_step(request_, info, words), {}, [PLAN])
    assert found == HttpRequest("POST", url)


@pytest.mark.parametrize(
    ("request_", "info", "words"),
    [
        ("POST /jobs/a", "", ""),
        ("POST /jobs/a?dry=1", "", ""),
        ("POST /jobs/a", '{"dry":"DELETE /orders"}', ""),
        ("POST /jobs/a", '{"dry":"POST /jobs/b?dry=1"}', ""),
        ("POST /jobs/a", '{"dry":"POST https://evil.example/jobs/a?dry=1"}', ""),
        ("POST /jobs/a", '{"dry":"POST /jobs/a?dry=0"}', ""),
        ("POST /jobs/a", '{"dry":"POST /jobs/a?dry=1&all=1"}', ""),
        ("POST /jobs/a", "", ", `?dry=1.5` is no such thing"),
    ],
)
def test_what_is_not_the_same_request_is_sent_by_no_enter(request_: str, info: str, words: str) -> None:
    assert dry_run(*the_step(request_, info, words), {}, [PLAN]) is None


def test_it_carries_the_headers_and_the_body_and_needs_its_values() -> None:
    step, command, request = the_step(
        'POST /jobs/a\n   X-Team: shop\n\n   {"all": true}', '{"dry":"POST /jobs/a?dry=1"}'
    )
    found = dry_run(step, command, request, {}, [])
    assert found is not None
    assert (found.headers, found.body) == (request.headers, request.body)
    assert request.body
    step, command, request = the_step("POST /jobs/a", '{"dry":"POST /jobs/$job?dry=1"}')
    with pytest.raises(RunbookError, match="job"):
        dry_run(step, command, request, {}, [])


def test_every_dry_run_of_the_shipped_runbooks_is_taken() -> None:
    taken = 0
    for path in sorted(SHIPPED.glob("*.md")):
        for procedure in load_runbook(path).procedures:
            values = SAMPLES | {item.name: item.default for item in procedure.inputs if item.default}
            for step in procedure.steps:
                for command in step.commands:
                    if command.kind is Kind.HTTP and command.annotations.dry:
                        request = resolve(command, values)
                        assert isinstance(request, HttpRequest)
                        assert dry_run(step, command, request, values, []) is not None, f"{path}:{command.line}"
                        taken += 1
    assert taken >= 4
