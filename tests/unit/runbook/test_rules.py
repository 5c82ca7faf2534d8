"""Miniature documents, one for each rule that public runbooks have shown to need care."""

from __future__ import annotations

import pytest

from cockpit.model.runbook import Command, Kind, Part, Procedure
from cockpit.runbook.reader import read_runbook


def procedures(text: str) -> tuple[Procedure, ...]:
    return read_runbook(text, "a.md").procedures


def only(text: str) -> Procedure:
    found = procedures(text)
    assert len(found) == 1, [procedure.title for procedure in found]
    return found[0]


def titles(procedure: Procedure) -> list[str]:
    return [step.title for step in procedure.steps]


def commands(procedure: Procedure) -> list[Command]:
    return [command for step in procedure.steps for command in step.commands]


def test_sentences_that_ask_are_steps_of_a_phase_written_as_prose() -> None:
    text = (
        "# QueueFull\n\n## Meaning\n\nThe queue holds more than it should.\n\n## Diagnosis\n\n"
        "Check the workers. They may have stopped. Look at the dashboard.\n\nNothing else is known.\n\n"
        "## Mitigation\n\nSee [the guide](guide.md)\n"
    )
    found = only(text)
    assert titles(found) == ["Check the workers", "Look at the dashboard", "See the guide"]
    assert found.steps[0].details == ("They may have stopped.",)
    assert found.steps[1].details == ("Nothing else is known.",)
    assert found.steps[2].link == "guide.md"


def test_a_paragraph_that_introduces_a_list_is_no_step() -> None:
    found = only("# A\n\n## Diagnosis\n\nCheck these:\n\n- the pool\n- the disk\n")
    assert titles(found) == ["the pool", "the disk"]


def test_rows_of_a_table_of_commands_are_steps() -> None:
    found = only(
        "# A\n\n## Verify\n\n| Check | Command | Good |\n|---|---|---|\n| API | `GET /healthz` | 200 |\n"
        "| Page | look | it opens |\n| Keys | `redis-cli DBSIZE` | > 0 |\n"
    )
    assert [(step.line, step.kind, step.title) for step in found.steps] == [
        (7, Kind.HTTP, "API · GET /healthz · 200"),
        (9, Kind.REDIS, "Keys · redis-cli DBSIZE · > 0"),
    ]


def test_a_table_without_a_column_of_commands_is_read_as_prose() -> None:
    assert procedures("# A\n\n## Thresholds\n\n| Metric | Limit |\n|---|---|\n| `redis-cli DBSIZE` | 5 |\n") == ()


def test_numbered_sections_side_by_side_are_one_series_whatever_their_first_word_is() -> None:
    found = only(
        "# Drill\n\n## Before\n\n### 1. Announce it\n\nTell the channel.\n\n### 2. Confirm the baseline\n\n"
        "```sh\nuptime\n```\n\n### 3. Manual snapshot\n\n```sh\npg_dump -f a.dump b\n```\n\n"
        "### 4. Words to vendors\n\nMail them.\n"
    )
    assert [phase.title for phase in found.phases] == [
        "Announce it",
        "Confirm the baseline",
        "Manual snapshot",
        "Words to vendors",
    ]
    assert titles(found)[0] == "Announce it"
    assert titles(found)[-1] == "Words to vendors"


def test_numbered_stages_below_steps_play_the_part_that_their_verb_names() -> None:
    found = only(
        "# A\n\n## Symptoms\n\n- x\n\n## Steps\n\n### 1. Identify it\n\n1. look here\n\n### 2. Restart it\n\n1. do\n\n"
        "### 3. Verify health\n\n1. see\n"
    )
    assert [phase.part for phase in found.phases if phase.steps] == [Part.DIAGNOSIS, Part.MITIGATION, Part.VERIFY]
    assert titles(found) == ["look here", "do", "see"]


def test_several_comments_that_ask_are_steps_and_the_last_titles_the_command() -> None:
    found = only("# A\n\n## Fix\n\n```sh\n# Stop the service\n# Restore the copy\npg_restore -d a b\n```\n")
    assert [(step.title, len(step.commands)) for step in found.steps] == [
        ("Stop the service", 0),
        ("Restore the copy", 1),
    ]


def test_a_comment_of_several_lines_is_one_title() -> None:
    found = only("# A\n\n## Fix\n\n```sh\n# Restart the service\n# because it leaks\npm2 restart api\n```\n")
    assert titles(found) == ["Restart the service"]


@pytest.mark.parametrize("comment", ["Shows the revision", "Should return ok", "Expected: the revision", "Output: a"])
def test_a_comment_below_a_command_that_says_what_it_prints_is_its_expectation(comment: str) -> None:
    found = only(f"# A\n\n## Fix\n\n```sh\nalembic current\n# {comment}\n```\n")
    assert len(found.steps) == 1
    assert commands(found)[0].expect


def test_blocks_inside_blocks_are_one_command() -> None:
    body = "for a in b; do\n  if c; then\n    case $a in\n      x) ls;;\n    esac\n  fi\ndone\nuptime"
    found = only(f"# A\n\n## Fix\n\n```sh\n{body}\n```\n")
    assert [command.text.split()[0] for command in commands(found)] == ["for", "uptime"]
    assert commands(found)[0].text.endswith("done")


def test_several_statements_in_a_here_document_stay_with_their_client_and_take_the_worst_risk() -> None:
    found = only("# A\n\n## Fix\n\n```sh\npsql $URL <<'EOF'\nSELECT 1;\nDROP TABLE a;\nEOF\n```\n")
    command = commands(found)[0]
    assert (command.kind, command.risk.value) == (Kind.SHELL, "high")
    assert command.text.endswith("EOF")
