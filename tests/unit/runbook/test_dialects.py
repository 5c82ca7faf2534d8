"""Documents in other ways of writing: every step is found, and every line keeps its number."""

# ruff: noqa: E501  a document on one line is easier to compare with what is expected of it

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.runbook import Kind, Part, Procedure
from cockpit.runbook.dialects import as_commonmark
from cockpit.runbook.reader import read_runbook


def only(text: str) -> Procedure:
    found = read_runbook(text, "a.md").procedures
    assert len(found) == 1, [procedure.title for procedure in found]
    return found[0]


def outline(procedure: Procedure) -> list[tuple[Part, list[str]]]:
    return [(phase.part, [step.title for step in phase.steps]) for phase in procedure.phases]


def runs(procedure: Procedure) -> list[tuple[int, str]]:
    return [(command.line, command.text) for step in procedure.steps for command in step.commands]


PIECES = st.sampled_from(
    ["!!! note", "    x", '=== "A"', ":::tip", ":::", "{code:bash}", "{code}", "h2. A", "== A", "[source,sh]", "----", ". a", "+",
     "1.1 Do", "<details>", "<summary>A</summary>", "</details>", "```", "~~~", "", "# A", "1. a", "text", "    !!! tip 'b'", "        y"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=25).map("\n".join))
def test_no_line_is_added_or_lost(text: str) -> None:
    assert as_commonmark(text).count("\n") == text.count("\n")
    read_runbook(text, "a.md")


@given(st.lists(PIECES, max_size=12).map("\n".join))
def test_what_stands_in_a_fence_is_left_alone(text: str) -> None:
    body = text.replace("```", "").replace("~~~", "")
    fenced = f"!!! note\n\n```\n{body}\n```\n"
    assert as_commonmark(fenced).split("\n")[2:] == fenced.split("\n")[2:]


def test_mkdocs_admonitions_and_tabs() -> None:
    procedure = only(
        "# Api down\n\n## Diagnosis\n\n"
        '!!! warning "Mind this"\n    Never use `FLUSHALL`.\n\n    ```bash\n    kubectl get pods\n    ```\n\n'
        "??? tip\n\n    1. Look twice\n\n"
        '=== "Linux"\n\n    ```bash\n    systemctl status api\n    ```\n\n'
        '=== "Mac"\n\n    ```bash\n    ps aux\n    ```\n\nAfter the tabs, call `GET /health`.\n'
    )
    assert runs(procedure) == [
        (9, "kubectl get pods"),
        (19, "systemctl status api"),
        (25, "ps aux"),
        (28, "GET /health"),
    ]
    assert [step.title for step in procedure.steps][1:4] == ["Look twice", "If Linux:", "If Mac:"]
    assert "Warning: Mind this" in procedure.phases[0].notes[0].text


def test_docusaurus_and_github_callouts() -> None:
    procedure = only(
        "# A\n\n## Resolution\n\n:::warning Look first\n1. Open the page\n:::\n\n"
        "> [!CAUTION]\n> Then this:\n> ```bash\n> kubectl get pods\n> ```\n\n> [!NOTE]\n> Only words.\n"
    )
    assert [step.title for step in procedure.steps] == ["Open the page", "Caution: Then this"]
    assert runs(procedure) == [(12, "kubectl get pods")]
    assert any("Only words." in detail for detail in procedure.steps[-1].details)


def test_confluence_code_macros_and_headings() -> None:
    procedure = only(
        "h1. Page\n\nh2. Problem\n\nIt is slow.\n\nh2. Resolution\n\n"
        "{code:language=bash|title=x}\nsystemctl restart api\n{code}\n\n{noformat}\n$ ls -l\nh2. no heading\n{noformat}\n"
    )
    assert [part for part, _ in outline(procedure)] == [Part.SYMPTOMS, Part.MITIGATION]
    assert runs(procedure) == [(10, "systemctl restart api"), (14, "ls -l")]


def test_asciidoc_headings_listings_and_items() -> None:
    procedure = only(
        "== Database down\n\n=== Symptoms\n\n* red\n\n=== Resolution\n\n. Check it\n+\n[source,bash]\n----\nkubectl get pods\n----\n\n. Restart\n.. carefully\n"
    )
    assert outline(procedure)[1] == (Part.MITIGATION, ["Check it", "Resolution", "Restart"])
    assert runs(procedure) == [(13, "kubectl get pods")]


def test_toggles_are_read_as_if_they_were_open() -> None:
    procedure = only(
        "# Export\n\n<details><summary><b>Check the queue</b></summary>\n\n1. Look\n   ~~~sh\n   redis-cli LLEN q\n   ~~~\n</details>\n\n"
        "<details>\n<summary>Restart</summary>\n<br>\n\n- [ ] Tell people\n\n```\n$ kubectl rollout restart deploy/api\ndone\n```\n\n</details>\n"
    )
    assert [(phase.title, len(phase.steps)) for phase in procedure.phases] == [("Check the queue", 1), ("Restart", 2)]
    assert procedure.steps[1].kind is Kind.TICK
    assert runs(procedure) == [(7, "LLEN q"), (18, "kubectl rollout restart deploy/api")]


def test_a_table_of_numbered_steps() -> None:
    procedure = only(
        "# A\n\n## Actions\n\n| Step | Action | Owner |\n|---|---|---|\n| 1 | Stop the workers<br>and wait 5 minutes | ops |\n| 2 | Run `kubectl get pods` | dev |\n"
    )
    first, second = procedure.steps
    assert (first.title, first.line, first.details) == ("Stop the workers and wait 5 minutes", 7, ("Owner: ops",))
    assert runs(procedure) == [(8, "kubectl get pods")]
    assert second.title == "Run kubectl get pods"


def test_a_table_of_commands_with_numbers_runs_them_all() -> None:
    procedure = only(
        "# A\n\n## Actions\n\n| # | Command | Shows |\n|---|---|---|\n| 1 | `kubectl top pods` | cpu |\n| 2 | `POST /flush` | all |\n"
    )
    assert runs(procedure) == [(7, "kubectl top pods"), (8, "POST /flush")]


def test_numbers_with_points_are_items() -> None:
    text = "# A\n\n## Resolution\n\n1. First\n\n1.1 Check the load\n1.2 `kubectl get nodes`\n\n1.5 seconds is long.\n\n1.1 Title\n---------\n\ntext\n"
    procedure = only(text)
    assert [step.title for step in procedure.steps][:3] == ["First", "Check the load", "kubectl get nodes"]
    assert "1.5 seconds is long." in repr(procedure)


@pytest.mark.parametrize(
    ("labels", "language"),
    [
        (("症状", "確認手順", "対応手順", "動作確認", "ロールバック", "エスカレーション", "再発防止"), "ja"),
        (("Symptome", "Diagnose", "Behebung", "Überprüfung", "Zurückrollen", "Eskalation", "Nachbereitung"), "de"),
        (("Sintomas", "Diagnóstico", "Mitigação", "Verificação", "Reversão", "Escalonamento", "Pós-incidente"), "pt"),
        (("现象", "排查步骤", "处理步骤", "验证步骤", "回滚步骤", "联系人", "复盘"), "zh"),
        (("Symptômes", "Diagnostic", "Remédiation", "Vérification", "Retour en arrière", "Escalade", "Suivi"), "fr"),
    ],
)
def test_parts_in_other_languages_with_underlined_headings(labels: tuple[str, ...], language: str) -> None:
    body = "\n\n".join(f"{label}\n-----\n\n- a {number}" for number, label in enumerate(labels))
    procedure = only(f"Title {language}\n==========\n\n{body}\n")
    assert [part for part, _ in outline(procedure)] == [
        Part.SYMPTOMS, Part.DIAGNOSIS, Part.MITIGATION, Part.VERIFY, Part.ROLLBACK, Part.ESCALATION, Part.POST,
    ]  # fmt: skip
    assert [len(titles) for _, titles in outline(procedure)] == [0, 1, 1, 1, 1, 0, 0]


def test_code_that_is_only_indented_and_what_is_commented_out() -> None:
    procedure = only(
        "# A\n\n## Resolution\n\nRestart it:\n\n    kubectl rollout restart deploy/api\n\n<!--\n1. `rm -rf /`\n-->\n\n"
        "1. One\n   1. `kubectl get a`\n      1. deep `kubectl get b`\n"
    )
    assert runs(procedure) == [(7, "kubectl rollout restart deploy/api"), (14, "kubectl get a"), (15, "kubectl get b")]
    assert "rm -rf" not in repr(procedure)
