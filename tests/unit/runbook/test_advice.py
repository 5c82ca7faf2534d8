"""What a text warns of is shown, and is never a step."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.runbook import Procedure
from cockpit.runbook.advice import warned_spans, warns_of_all
from cockpit.runbook.reader import read_runbook


def texts(procedure: Procedure) -> list[str]:
    return [command.text for step in procedure.steps for command in step.commands]


def only(body: str) -> Procedure:
    found = read_runbook(f"# A\n\n**Symptoms:** x\n\n**Resolution:**\n\n{body}\n", "a.md").procedures
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Never use `FLUSHALL`", {0}),
        ("Never, ever run `FLUSHALL` or `FLUSHDB`, and not `KEYS *`", {0, 1, 2}),
        ("Do **not** run `FLUSHALL`; run `DEL a`", {0}),
        ("Don't use `FLUSHALL`, use `DEL a`", {0}),
        ("Don’t just run `FLUSHALL`.", {0}),
        ("You must not run `FLUSHALL` here", {0}),
        ("Avoid `KEYS *`: it blocks. Run `SCAN 0` instead", {0}),
        ("Avoid using the command `KEYS *`", {0}),
        ("Run `SCAN 0` instead of `KEYS *`", {1}),
        ("Instead of running `KEYS *`, run `SCAN 0`", {0}),
        ("Prefer `SCAN 0` rather than `KEYS *`", {1}),
        ("Use `UNLINK a`, not `DEL a`", {1}),
        ("`FLUSHALL` is forbidden here", {0}),
        ("`FLUSHALL` and `FLUSHDB` must never be used", {0, 1}),
        ("`FLUSHALL` should not be run in production", {0}),
        ("Führen Sie niemals `FLUSHALL` aus", {0}),
        ("`FLUSHALL` nicht ausführen", {0}),
        ("Nutzen Sie `SCAN 0` statt `KEYS *`", {1}),
        ("N'exécutez jamais `FLUSHALL`", {0}),
        ("Nunca ejecute `FLUSHALL`", {0}),
        ("Não execute `FLUSHALL`", {0}),
        ("Не используйте `FLUSHALL`", {0}),
        ("`FLUSHALL` 사용 금지", {0}),
        ("`KEYS *` 대신 `SCAN 0` 사용", {0}),
        ("`FLUSHALL` を実行しないでください", {0}),
        ("`KEYS *` の代わりに `SCAN 0`", {0}),
        ("不要使用 `FLUSHALL`", {0}),
        # What only looks like it.
        ("If it does not recover, run `DEL a`", set()),
        ("Do not proceed before `PING` answers", set()),
        ("Do not forget to run `DEL a`", set()),
        ("Never deploy without running `npm test`", set()),
        ("If pods do not start run `kubectl get pods`", set()),
        ("If it is not running, start it with `systemctl start x`", set()),
        ("Commit the file (`git status` should not list it)", set()),
        ("Avoid downtime by running `DEL a`", set()),
        ("Do not panic. Run `DEL a`", set()),
        ("No answer? Run `PING`", set()),
        ("Run `DEL a`, then `PING`", set()),
        ("Not only run `DEL a` but also `PING`", set()),
        ("Run `DEL a` but never `FLUSHALL`", {1}),
    ],
)
def test_the_clause_around_a_span_decides(text: str, expected: set[int]) -> None:
    assert warned_spans(text) == expected


@given(st.text(alphabet="`never usdot.,;*\n", max_size=200))
def test_any_text_can_be_looked_at(text: str) -> None:
    assert all(number < text.count("`") for number in warned_spans(text))


def test_a_step_says_what_it_advises_against_and_runs_the_rest() -> None:
    procedure = only("1. Delete the key with `DEL a`. Never use `FLUSHALL`.\n2. Never use `FLUSHDB`\n")
    assert texts(procedure) == ["DEL a"]
    first, second = procedure.steps
    assert [warning.message for warning in first.warnings] == ["the text advises against it: FLUSHALL"]
    assert "FLUSHALL" in first.title
    assert second.warnings[0].rule == "advised-against"


def test_a_nested_bullet_and_a_paragraph_warn_too() -> None:
    procedure = only("1. Delete the key\n   - Never use `FLUSHALL`\n\n   Do not run `FLUSHDB`.\n\nAvoid `KEYS *`.\n")
    assert texts(procedure) == []
    said = [warning.message.rpartition(" ")[0] for step in procedure.steps for warning in step.warnings]
    assert len(said) == 3


@pytest.mark.parametrize(
    "body",
    [
        "1. Look\n\nNever run this:\n\n```redis\nFLUSHALL\n```",
        "1. Look\n2. Never do this:\n   ```redis\n   FLUSHALL\n   ```",
        "1. Look\n\n   Do not run this:\n\n   ```redis\n   FLUSHALL\n   ```",
        "1. Look\n\n#### What not to do\n\n```redis\nFLUSHALL\n```\n\n- `FLUSHDB`",
        "1. Look\n\n**Don't:**\n\n- `FLUSHALL`\n- `FLUSHDB`",
        "1. Look\n\n```bash\n# Do NOT run this in production\nredis-cli FLUSHALL\n```",
        "1. Look\n\n| Command | Use |\n|---|---|\n| `FLUSHALL` | Never |\n| Never `FLUSHDB` | it drops all |",
    ],
)
def test_what_stands_below_a_warning_is_no_command_but_is_still_shown(body: str) -> None:
    book = read_runbook(f"# A\n\n**Symptoms:** x\n\n### Resolution\n\n{body}\n", "a.md")
    assert [text for procedure in book.procedures for text in texts(procedure)] == []
    assert "FLUSHALL" in repr(book)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Never run this:", True),
        ("⚠️ Do NOT do this in production", True),
        ("Anti-patterns", True),
        ("Don'ts", True),
        ("Verboten", True),
        ("Do not run as root", False),
        ("Never restart before the backup:", False),
        ("Avoid downtime", False),
    ],
)
def test_a_heading_that_warns_of_everything_below_it(text: str, whole: bool) -> None:
    assert warns_of_all(text) is whole
