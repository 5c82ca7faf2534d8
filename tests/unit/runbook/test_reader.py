"""How documents are read: parts, classes of sections, steps, fences, decisions."""

# ruff: noqa: E501  a document on one line is easier to compare with what is expected of it

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.model.risk import Risk
from cockpit.model.runbook import Command, Kind, Part, Procedure, Runbook, Step
from cockpit.runbook import front_matter, inline, parts
from cockpit.runbook.kinds import looks_like_redis
from cockpit.runbook.placeholders import find, names
from cockpit.runbook.reader import read_runbook
from cockpit.runbook.repair import repair
from cockpit.runbook.shell_lines import logical_lines


def read(text: str) -> Runbook:
    return read_runbook(text, "folder/a-name.md")


def only(text: str) -> Procedure:
    found = read(text).procedures
    assert len(found) == 1, [procedure.title for procedure in found]
    return found[0]


def fenced(body: str, language: str = "bash") -> Procedure:
    return only(f"# A\n\n**Symptoms:** x\n\n**Resolution:**\n\n```{language}\n{body}\n```\n")


def commands(procedure: Procedure) -> list[Command]:
    return [command for step in procedure.steps for command in step.commands]


def steps(body: str, part: str = "Resolution") -> tuple[Step, ...]:
    return only(f"# A\n\n**Symptoms:** x\n\n**{part}:**\n\n{body}\n").steps


def test_mojibake_is_put_right_run_by_run() -> None:
    wrong = "a → b".encode().decode("mac_roman")
    assert repair(f"{wrong}, café, naïve, 한국어, «é»").text == "a → b, café, naïve, 한국어, «é»"
    assert repair("it’s".encode().decode("cp1252")).text == "it’s"
    assert repair("plain").notes == ()


def test_bytes_marks_and_line_ends_are_put_right_without_moving_a_line() -> None:
    runbook = read_runbook(b"\xef\xbb\xbf# A\r\n\r\n1. do \xff it\r\n".decode("utf-8", "surrogateescape"), "a")
    assert runbook.procedures[0].steps[0].title == "do � it"
    assert runbook.procedures[0].steps[0].line == 3
    assert "not UTF-8" in runbook.notes[0]
    assert runbook.sha256 == hashlib.sha256(b"\xef\xbb\xbf# A\r\n\r\n1. do \xff it\r\n").hexdigest()


def test_escape_sequences_never_get_through() -> None:
    runbook = read("# A\x1b]52;c;x\x07\n\n1. \x1b[31mred\u202e\n   ```sh\n   ls \x1b[0m\n   ```\n")
    assert "\x1b" not in repr(runbook)
    assert "\u202e" not in repr(runbook)


@pytest.mark.parametrize(
    ("text", "data", "notes"),
    [
        ("---\nrunbook:\n  title: x\n---\nbody", {"runbook": {"title": "x"}}, 0),
        ('+++\ntitle = "x"\nday = 2025-01-02\n+++\nbody', {"title": "x", "day": "2025-01-02"}, 0),
        ("---\na: &a [x]\nb: *a\n---\nbody", {}, 1),
        ("---\na: [\n---\nbody", {}, 1),
        ("+++\na = \n+++\nbody", {}, 1),
        ("---\njust words\n---\nbody", {}, 0),
        ("---\nno end", {}, 0),
        ("---\n" + "[" * 5000 + "\n---\n", {}, 1),
    ],
)
def test_front_matter(text: str, data: dict[str, object], notes: int) -> None:
    front = front_matter.split(text)
    assert front.data == data
    assert len(front.notes) == notes
    assert front.body.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Symptoms", Part.SYMPTOMS),
        ("🔥 **Immediate Response** (< 5 minutes):", Part.MITIGATION),
        ("3. Investigation (P0/P1: < 15 minutes)", Part.DIAGNOSIS),
        ("Step 4: Verify", Part.VERIFY),
        ("Rollback / restore pointers", Part.ROLLBACK),
        ("증상", Part.SYMPTOMS),
        ("Действия", Part.MITIGATION),
        ("Rolling Back a Bad Migration", None),
        ("Emergency Rollback", None),
        ("Symptoms of a broken pool", None),
    ],
)
def test_only_a_whole_label_names_a_part(text: str, part: Part | None) -> None:
    assert parts.part_of(text) is part


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("Initial Response (< 5 minutes)", 300), ("A (5-15 min)", 900), ("A (2h)", 7200), ("A (fast)", None), ("A", None)],
)
def test_a_time_box_is_read(text: str, seconds: float | None) -> None:
    assert parts.budget_seconds(text) == seconds


def test_a_bold_line_with_a_time_is_the_budget_of_its_section() -> None:
    procedure = only("## A\n\n### 1. Check it\n\n**Time: 0-5 minutes**\n\n1. look\n")
    assert procedure.phases[0].budget_seconds == 300


def test_symptoms_directly_below_make_a_procedure_even_when_numbered() -> None:
    text = "# All\n\n## Database\n\n### 1. Restart Storm\n\n**Symptoms**: a, b\n\n**Resolution**:\n1. x\n\n### 2. Slow\n\n**Symptoms**: c\n\n**Resolution**:\n1. y\n"
    runbook = read(text)
    assert [procedure.title for procedure in runbook.procedures] == ["Restart Storm", "Slow"]
    assert runbook.procedures[0].symptoms == ("a, b",)


def test_numbered_imperatives_are_stages_of_one_procedure() -> None:
    procedure = only(
        "# All\n\n## Rotating Keys\n\n### 1. Identify keys\n\n- one\n\n### 2. Create them\n\n1. x\n\n### 3. Verify\n\n- look\n"
    )
    assert procedure.title == "Rotating Keys"
    assert [phase.part for phase in procedure.phases] == [Part.DIAGNOSIS, Part.MITIGATION, Part.VERIFY]
    assert procedure.steps[0].title == "Identify keys"


def test_a_file_of_phases_is_one_procedure_named_by_its_heading() -> None:
    procedure = only(
        "# Runbook: KubePodCrashLooping\n\n## Meaning\n\nIt loops.\n\n## Diagnosis\n\n- look\n\n## Mitigation\n\n- act\n"
    )
    assert procedure.title == "KubePodCrashLooping"
    assert procedure.alerts == ("KubePodCrashLooping",)
    assert [step.title for step in procedure.steps] == ["look", "act"]


def test_options_side_by_side_are_one_decision() -> None:
    procedure = only("## Process\n\n### 1. Mitigation\n\n#### Option A: x\n\n1. a\n2. b\n\n#### Option B: y\n\n1. c\n")
    choice, *rest = procedure.steps
    assert choice.kind is Kind.DECISION
    assert [(branch.title, branch.steps) for branch in choice.branches] == [
        ("Option A: x", ("process/1a.1", "process/1a.2")),
        ("Option B: y", ("process/1b.1",)),
    ]
    assert [step.title for step in rest] == ["a", "b", "c"]


def test_a_toolbox_is_listed_and_contacts_and_reviews_are_not() -> None:
    text = "# All\n\n## A\n\n**Symptoms:** x\n\n1. y\n\n**Resolution:**\n1. z\n\n## Useful Commands\n\n```bash\n# Disk\ndf -h\n```\n\n## Contacts\n\n1. Ann\n\n## Escalation\n\n1. Bob\n\n## Post-Incident Review\n\n1. write\n\n## Overview\n\ntext\n"
    assert [procedure.title for procedure in read(text).procedures] == ["A", "Useful Commands"]


def test_a_severity_in_a_heading_holds_for_what_is_below() -> None:
    runbook = read("# All\n\n## Critical (P0)\n\n### Down\n\n**Symptoms:** `ApiDown` fires\n\n**Resolution:**\n1. a\n")
    assert runbook.procedures[0].severity == "P0"
    assert runbook.procedures[0].alerts == ("ApiDown",)


def test_slugs_are_unique() -> None:
    runbook = read(
        "# All\n\n## A\n\n### X\n\n**Symptoms:** x\n\n**Fix:**\n1. a\n\n## B\n\n### X\n\n**Symptoms:** x\n\n**Fix:**\n1. b\n"
    )
    assert [procedure.slug for procedure in runbook.procedures] == ["x", "x-2"]
    assert runbook.procedures[1].step("x-2/1") is not None


def test_bullets_are_steps_only_where_something_is_done() -> None:
    procedure = only("# A\n\n## Symptoms\n\n- s\n\n## Causes\n\n- c\n\n## Diagnosis\n\n- d\n\n## Escalation\n\n- Bob\n")
    assert [step.title for step in procedure.steps] == ["d"]
    assert {phase.part for phase in procedure.phases} == {Part.SYMPTOMS, Part.CAUSES, Part.DIAGNOSIS, Part.ESCALATION}


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        ("Call somebody", Kind.MANUAL),
        ("[ ] Tell the team", Kind.TICK),
        ("Wait for 5 minutes", Kind.WAIT),
        ("Monitor for 1 hour", Kind.WAIT),
        ("If it persists, call Bob", Kind.DECISION),
        ("Check `DATABASE_URL` in the env vars", Kind.SETTINGS),
        ("Open `/admin/ops`", Kind.OPEN),
        ("Look at `/var/log/syslog`", Kind.MANUAL),
        ("Run `POST /api/cron/x?limit=5`", Kind.HTTP),
        ("Clear it: `DEL flag:version:*`", Kind.REDIS),
        ("Kill it with `SELECT pg_terminate_backend(pid)`", Kind.SQL),
        ("Run `docker compose ps`", Kind.DOCKER),
        ("Run `pm2 restart api`", Kind.SHELL),
        ("Read `docker logs api`", Kind.LOGS),
        ("See `some words`", Kind.MANUAL),
    ],
)
def test_the_kind_of_an_item(item: str, kind: Kind) -> None:
    assert steps(f"- {item}")[0].kind is kind


def test_a_wait_knows_its_seconds_and_a_link_its_target() -> None:
    assert steps("1. Wait 5 minutes")[0].wait_seconds == 300
    assert steps("1. See [it](b.md)")[0].link == "b.md"


def test_an_item_whose_bullets_are_conditions_is_a_decision() -> None:
    found = steps("1. Mitigate:\n   - If a: do x\n   - If b: run `SELECT pg_cancel_backend(5)`\n")
    assert [step.kind for step in found] == [Kind.DECISION, Kind.MANUAL, Kind.SQL]
    assert [(branch.title, branch.steps) for branch in found[0].branches] == [
        ("If a", ("a/1a.1",)),
        ("If b", ("a/1b.1",)),
    ]


def test_nested_boxes_are_ticks_and_plain_bullets_are_details() -> None:
    found = steps("1. First:\n   - [ ] a\n   - [x] b\n2. Second:\n   - c\n")
    assert [step.kind for step in found] == [Kind.MANUAL, Kind.TICK, Kind.TICK, Kind.MANUAL]
    assert found[3].details == ("c",)


def test_a_fence_belongs_to_its_item() -> None:
    (step,) = steps("1. **Look**:\n   ```bash\n   # disk\n   df -h\n   ```\n   Then think.\n")
    assert (step.title, step.kind, step.commands[0].line) == ("Look:", Kind.SHELL, 10)
    assert step.details == ("disk", "Then think.")
    assert step.source.startswith("1. **Look**")


def test_comments_title_commands_and_lone_comments_are_manual_steps() -> None:
    procedure = fenced("# Check disk\ndf -h\n\n# Ask Bob\n\n# Check memory\nfree -h\n# Expected: more than 1G\n")
    assert [(step.title, step.kind) for step in procedure.steps] == [
        ("Check disk", Kind.SHELL),
        ("Ask Bob", Kind.MANUAL),
        ("Check memory", Kind.SHELL),
    ]
    assert procedure.steps[2].commands[0].expect == "more than 1G"


def test_alternatives_are_never_a_sequence() -> None:
    procedure = fenced(
        "# Option 1: gently\nnpx prisma migrate resolve --rolled-back [migration-name]\n\n# Option 2: reset\nnpx prisma migrate reset --force\n\nls\n"
    )
    choice, first, second = procedure.steps[:3]
    assert [branch.steps for branch in choice.branches] == [(first.id,), (second.id,)]
    assert first.commands[0].alternatives_group == second.commands[0].alternatives_group is not None
    assert first.commands[0].placeholders == ("migration-name",)
    assert second.risk is Risk.HIGH


def test_or_takes_the_group_before_it_in() -> None:
    procedure = fenced("# Scale\npm2 scale api +2\n\n# Or restart\npm2 restart api\n")
    assert len(procedure.steps[0].branches) == 2


def test_session_lines_are_no_steps_of_their_own() -> None:
    procedure = fenced("cd /opt\nexport A=b\nX=y\nls\n")
    assert [command.session for command in commands(procedure)] == [True, True, True, False]
    assert len(procedure.steps) == 1


def test_logical_lines_are_joined() -> None:
    body = 'a \\\n  b\nc |\n  d\necho "x\ny"\ncat <<EOF\n# z\nEOF\nfor i in 1 2; do\n  ls\ndone\nif a; then\n b\nfi\ng &&\nh\n'
    found = [line.text for line in logical_lines(body) if line.kind == "command"]
    assert [text.split()[0] for text in found] == ["a", "c", "echo", "cat", "for", "if", "g"]


def test_an_unclosed_quote_swallows_nothing() -> None:
    found = [line.text for line in logical_lines("echo 'it\nls\ndf") if line.kind == "command"]
    assert found == ["echo 'it", "ls", "df"]


def test_prompts_separate_commands_from_their_output() -> None:
    procedure = fenced("$ df -h\nFilesystem Size\n/dev/sda 5G\n$ free\n", "")
    assert [command.text for command in commands(procedure)] == ["df -h", "free"]
    assert commands(procedure)[0].expect == "Filesystem Size\n/dev/sda 5G"


def test_contexts_hold_until_a_program_comes() -> None:
    procedure = fenced("psql $DATABASE_URL\nSELECT count(*)\nFROM a;\nSELECT 2;\nsudo tail -n 5 /var/log/x.log\n")
    opened, first, second, last = commands(procedure)
    assert opened.session
    assert (first.kind, first.text) == (Kind.SQL, "SELECT count(*)\nFROM a;")
    assert first.context is not None
    assert first.context.program == "psql"
    assert second.kind is Kind.SQL
    assert (last.kind, last.context) == (Kind.LOGS, None)


def test_what_follows_ssh_never_runs_here_until_it_exits() -> None:
    procedure = fenced("ssh prod\nhtop\ndf -h\nexit\nls\n")
    found = commands(procedure)
    assert [command.context.program if command.context else None for command in found] == [None, "ssh", "ssh", None]
    assert found[1].streaming


def test_redis_cli_opens_a_context() -> None:
    procedure = fenced("redis-cli -h a\nget x\nls\n")
    assert [command.kind for command in commands(procedure)] == [Kind.SHELL, Kind.REDIS, Kind.SHELL]


@pytest.mark.parametrize(
    "text",
    ["tail -f a", "htop", "watch ls", "sudo nano a", "docker compose logs -f api", "kubectl logs -f a", "journalctl -fu a",
     "kubectl get pods -w", "pm2 logs", "docker stats", "vmstat 1", "redis-cli MONITOR", "crontab -e"],
)  # fmt: skip
def test_streaming_programs_are_known(text: str) -> None:
    assert commands(fenced(text))[0].streaming is (text != "redis-cli MONITOR" and text != "journalctl -fu a") or text


@pytest.mark.parametrize(
    "text", ["top -bn1 | head", "docker stats --no-stream", "tail -n 5 a", "pm2 logs --nostream", "pm2 list"]
)
def test_programs_that_end_are_not_streaming(text: str) -> None:
    assert not commands(fenced(text))[0].streaming


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("SELECT 1;", Kind.SQL),
        ("GET /healthz", Kind.HTTP),
        ("TTL lock:a", Kind.REDIS),
        ("docker compose ps\ndocker stats", Kind.DOCKER),
        ("./ops/deploy.sh", Kind.SHELL),
    ],
)
def test_an_untagged_fence_is_looked_at(body: str, kind: Kind) -> None:
    assert commands(fenced(body, ""))[0].kind is kind


def test_an_untagged_fence_of_prose_is_text() -> None:
    procedure = only("# A\n\n**Symptoms:** x\n\n**Fix:**\n\n1. a\n\n```\n✅ Update the page\nfind the cause\n```\n")
    assert commands(procedure) == []
    assert "find the cause" in procedure.steps[0].details[0]


def test_other_languages_are_copied_and_queries_are_queries() -> None:
    assert commands(fenced("const a = 1", "ts"))[0].kind is Kind.COPY
    assert commands(fenced("up == 0", "promql"))[0].kind is Kind.QUERY


def test_sql_fences_are_split_into_statements() -> None:
    procedure = fenced("-- Count\nSELECT ';' AS a;\n\n-- Sizes\n\\dt+\nSELECT 2;\n-- Expected: none\n", "sql")
    assert [step.title for step in procedure.steps] == ["Count", "Sizes"]
    assert [command.text for command in commands(procedure)] == ["SELECT ';' AS a;", "\\dt+;", "SELECT 2;"]
    assert commands(procedure)[0].line == 9


def test_redis_fences_know_prompts_comments_and_answers() -> None:
    procedure = fenced("# Look\n127.0.0.1:6379> TTL a\n(integer) 5\n\nDEL a\nredis-cli INFO\n", "redis")
    found = commands(procedure)
    assert [command.text for command in found] == ["TTL a", "DEL a", "INFO"]
    assert found[0].expect == "(integer) 5"


def test_http_fences_hold_several_requests_and_answers() -> None:
    procedure = fenced('# Look\nGET /a\nAccept: x\n\nHTTP/1.1 200 OK\n{"a": 1}\n\nPOST /b\n\n{"c": 2}\n', "http")
    found = commands(procedure)
    assert [command.text for command in found] == ["GET /a\nAccept: x", 'POST /b\n\n{"c": 2}']
    assert found[0].expect == 'HTTP/1.1 200 OK\n{"a": 1}'


def test_manual_and_decision_fences() -> None:
    text = "# A\n\n**Symptoms:** x\n\n**Fix:**\n\nCall Bob:\n\n```manual\nDial 5\n```\n\n```decision\nWhich?\n- a\n- b\n```\n"
    manual, decision = only(text).steps
    assert (manual.kind, decision.kind) == (Kind.MANUAL, Kind.DECISION)
    assert [branch.title for branch in decision.branches] == ["a", "b"]


def test_annotations_of_fences_and_steps() -> None:
    text = (
        "---\nrunbook:\n  title: T\n  severity: P2\n  signals: ['true']\n  inputs:\n    job: {prompt: 'Which?', from: locks, pattern: '[a-z]+'}\n---\n"
        "## Cron stuck\n1. Look\n"
        '   ```redis {"name":"look","capture":"ttl","target":"kv","nonsense":"x"}\n   TTL lock:cron:$job\n   ```\n'
        '2. Release\n   <!-- step: {"when":"true","undo":"none"} -->\n   ```redis { risk=high timeout=5s }\n   DEL lock:cron:$job $ttl\n   ```\n'
    )
    runbook = read(text)
    (procedure,) = runbook.procedures
    look, release = procedure.steps
    assert (runbook.title, procedure.severity, procedure.signals) == ("T", "P2", ("true",))
    assert procedure.inputs[0].source == "locks"
    assert (look.commands[0].annotations.name, look.commands[0].target) == ("look", "kv")
    assert look.commands[0].placeholders == ("job",)
    assert release.annotations.when == "true"
    assert (release.commands[0].annotations.undo, release.commands[0].annotations.timeout) == ("none", "5s")
    assert release.commands[0].risk is Risk.HIGH
    assert release.commands[0].placeholders == ("job", "ttl")


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("kubectl get pods -n <ns> -o wide", Kind.SHELL, ("ns",)),
        ("psql < dump.sql > out", Kind.SHELL, ()),
        ("cat <<EOF", Kind.SHELL, ()),
        ("vercel rollback [deployment-url]", Kind.SHELL, ("deployment-url",)),
        ("grep '[a-z]' a && [ -f b ] && [[ -f c ]]", Kind.SHELL, ()),
        ("see [text](url)", Kind.SHELL, ()),
        ("curl https://a/outbox/{id}/replay", Kind.SHELL, ("id",)),
        ("docker ps --format '{{.Names}}'", Kind.SHELL, ()),
        ("echo ${A} $B", Kind.SHELL, ()),
        ("deploy {{version}} YOUR_KEY backup_YYYYMMDD.dump", Kind.SHELL, ("version", "YOUR_KEY", "YYYYMMDD")),
        ("curl -X POST ...", Kind.SHELL, ("...",)),
        ("git diff main...dev", Kind.SHELL, ()),
        ("SELECT :'job', :\"t\", :n, a::text, '12:30'", Kind.SQL, ("job", "t", "n")),
        ("SELECT a FROM b WHERE c <d AND e> f", Kind.SQL, ()),
        ("TTL lock:$job", Kind.REDIS, ("job",)),
    ],
)
def test_placeholders(text: str, kind: Kind, expected: tuple[str, ...]) -> None:
    assert names(find(text, kind)) == expected


def test_broken_links_are_found_with_their_lines() -> None:
    text = "# A\n\nsee [x](x.md#there), [y](https://y), [z](#z)\n\n| Runbook | Alert |\n|---|---|\n| [Down](down.md) | `ApiDown` |\n"
    runbook = read_runbook(text, "a", lambda target: target == "down.md")
    assert [(link.line, link.target) for link in runbook.broken_links] == [(3, "x.md#there")]
    runbook = read_runbook(text, "a", lambda _: False)
    assert [(link.line, link.target) for link in runbook.broken_links] == [(3, "x.md#there"), (7, "down.md")]
    assert [(entry.title, entry.target, entry.signal, entry.line) for entry in runbook.index] == [
        ("Down", "down.md", "ApiDown", 7)
    ]


def test_inline_markdown_becomes_plain_text() -> None:
    text = "**Bold** _it_ `a_b*c` [link](x) ![img](y) <b>t</b> https://a_b_c \\* snake_case_name"
    assert inline.plain(text) == "Bold it a_b*c link img t https://a_b_c * snake_case_name"


def test_a_file_without_anything_is_a_runbook_without_procedures() -> None:
    assert read("").procedures == ()
    assert read("just words").title == "a name"


MARKDOWN = st.lists(
    st.sampled_from(
        ["# A\n", "## 1. Check (< 5 min)\n", "**Symptoms:** x\n", "**If a:**\n", "- [ ] b\n", "1. If c:\n", "   - d `GET /e`\n", "```bash\n",
         "```\n", "   ```sql {\"name\":\"x\"}\n", "psql $A\n", "SELECT <f>;\n", "# Or g\n", "cat <<EOF\n", "'\n", "|a|b|\n|-|-|\n", "> q\n",
         "<!-- step: {\"when\":\"x\"} -->\n", "---\n", "\n", "#### Option A\n", "DEL $x\n", "\\d\n", "ssh h\n", "exit\n", "{{a}} [b] ...\n"]
    )
    | st.text(max_size=20),
    max_size=40,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(MARKDOWN)
def test_no_text_crashes_the_reader_and_every_line_number_is_in_the_file(pieces: list[str]) -> None:
    text = "".join(pieces)
    runbook = read_runbook(text, "a.md", lambda _: False)
    last = text.count("\n") + text.count("\r") + 2
    for procedure in runbook.procedures:
        ids = [step.id for step in procedure.steps]
        assert len(ids) == len(set(ids))
        for step in procedure.steps:
            assert 1 <= step.line <= last
            assert all(target in ids for branch in step.branches for target in branch.steps)
            assert all(command.reason for command in step.commands)


def test_links_by_reference_are_links() -> None:
    text = """# A

1. See [the guide][g], [gone][] and [short]; `[g]` and [pid] are none

| Alert | Runbook |
|---|---|
| HighX | [fix it][h] |

[g]: guide.md "Title"
[gone]: gone.md
[Short]: short.md
[h]: <with space.md>
"""
    book = read_runbook(text, "a.md", lambda target: target == "guide.md")
    assert [(link.line, link.target) for link in book.broken_links] == [
        (3, "gone.md"),
        (3, "short.md"),
        (7, "with%20space.md"),
    ]
    assert read_runbook(text, "a.md", lambda _: True).broken_links == ()
    step = book.procedures[0].steps[0]
    assert step.title == "See the guide, gone and short; [g] and [pid] are none"
    assert step.link == "guide.md"
    assert step.source.startswith("1. See [the guide][g]")
    assert [(entry.title, entry.target, entry.signal) for entry in book.index] == [
        ("fix it", "with%20space.md", "HighX")
    ]


def test_bold_options_under_a_bold_part_are_its_branches() -> None:
    procedure = only(
        "# A\n\n**Symptoms:** x\n\n**Mitigation:**\n\nLook first.\n\n**Option A: restart**\n\n1. a\n\n"
        "**Option B: scale**\n\n1. b\n\n**Verify:**\n\n1. c\n"
    )
    assert [(phase.part, phase.title) for phase in procedure.phases if phase.steps] == [
        (Part.MITIGATION, "Mitigation"),
        (Part.VERIFY, "Verify"),
    ]
    choice = procedure.phases[1].steps[-3]
    assert choice.kind is Kind.DECISION
    assert [branch.title for branch in choice.branches] == ["Option A: restart", "Option B: scale"]


def test_bold_lines_that_an_empty_bold_part_begins_with_keep_its_part() -> None:
    procedure = only("# A\n\n**Symptoms:** x\n\n**Diagnosis:**\n\n**Pool**\n- look\n\n**Queue**\n- count\n")
    assert [(phase.part, phase.title) for phase in procedure.phases if phase.steps] == [
        (Part.DIAGNOSIS, "Pool"),
        (Part.DIAGNOSIS, "Queue"),
    ]


def test_steps_of_branches_are_numbered_under_their_decision() -> None:
    found = steps(
        "1. Choose\n   - If a: do x\n     - [ ] deep\n   - If b: do y\n2. Next\n3. If c\n   - [ ] only\n4. End\n"
    )
    assert [step.id.partition("/")[2] for step in found] == ["1", "1a.1", "1a.1.1", "1b.1", "2", "3", "3.1", "4"]
    assert len({step.id for step in found}) == len(found)


def test_more_branches_than_letters_keep_their_numbers_apart() -> None:
    found = steps("1. Choose\n" + "".join(f"   - If a{n}: do x\n" for n in range(28)))
    assert [step.id for step in found][-3:] == ["a/1z.1", "a/1aa.1", "a/1ab.1"]


NOTES = """Before everything.

# Service down

What this is about. ![the dashboard](a.png)

| Contact | Where |
|---|---|
| Ada | chat |

> Quoted first.
>
> | Level | Time |
> |---|---|
> | one | soon |

<p>Raw <b>words</b> &amp; more</p>

<!-- not shown -->

## Symptoms

- red
  - deep red

## Fix

Mind the gap.

1. Do it

Afterwards.

### Background

A long story.

## Rollback

There is none.

## Escalation

Call **Ada**.

## History

Written once.
"""


def test_text_in_no_step_is_kept_with_its_line() -> None:
    book = read(NOTES)
    procedure = book.procedures[0]
    said = {note.text: note.line for note in (*book.prose, *procedure.notes)}
    said |= {note.text: note.line for phase in procedure.phases for note in phase.notes}
    said |= {detail: step.line for step in procedure.steps for detail in step.details}
    for text in (
        "Before everything.", "What this is about. the dashboard", "Contact · Where", "Ada · chat", "Quoted first.", "one · soon",
        "Raw words & more", "red", "deep red", "Mind the gap.", "Afterwards.", "A long story.", "There is none.",
        "Call Ada.", "Written once.",
    ):  # fmt: skip
        assert text in said, text
    assert "not shown" not in repr(book)
    assert (said["Before everything."], said["deep red"], said["There is none."]) == (1, 24, 40)
    parts_found = {phase.part: phase for phase in procedure.phases}
    assert parts_found[Part.ROLLBACK].steps == ()
    assert parts_found[Part.ROLLBACK].prose == ("There is none.",)
    assert parts_found[Part.ESCALATION].notes[0].line == 44


def test_a_document_without_anything_to_do_is_still_readable() -> None:
    book = read("# About\n\nJust words.\n\n## More\n\n- bullet\n")
    assert book.procedures == ()
    assert [note.text for note in book.prose] == ["About", "Just words.", "More", "bullet"]


def test_the_title_of_a_fence_with_several_steps_is_kept() -> None:
    found = steps("Look around:\n\n```bash\n# One\nls a\n\n# Two\nls b\n```")
    assert [step.title for step in found] == ["One", "Two"]
    assert found[0].details == ("Look around",)


def test_a_part_whose_subsections_only_tell_is_a_phase_with_notes() -> None:
    procedure = only("# A\n\n## Diagnosis\n\n1. Look\n\n## Mitigation\n\n### Disaster\n\nAsk the owner.\n")
    phase = procedure.phases[1]
    assert (phase.part, phase.steps) == (Part.MITIGATION, ())
    assert [note.text for note in phase.notes] == ["Disaster", "Ask the owner."]


def test_numbered_sections_with_verbs_of_other_languages_are_stages() -> None:
    procedure = only(
        "# Redis\n\n## Симптомы\n\n- красный\n\n## Немедленные действия\n\n### 1. Проверить Redis\n\n```bash\nredis-cli PING\n```\n\n"
        "### 2. Перезапустить Redis\n\n```bash\ndocker restart redis\n```\n"
    )
    assert [phase.title for phase in procedure.phases if phase.steps] == ["Проверить Redis", "Перезапустить Redis"]


@pytest.mark.parametrize("text", ["COMMAND = 'Sleep'", "SET GLOBAL", "README", "KEYS\nGET a"])
def test_what_only_begins_like_redis(text: str) -> None:
    assert not looks_like_redis(text)


def test_rules_ticks_and_frames_in_a_shell_fence_are_output() -> None:
    found = fenced("ls a\n===== 42 passed =====\n✅ all good\n┌────┐\n---- end\n").steps
    assert [command.text for command in found[0].commands] == ["ls a"]
    assert len(found) == 1
    assert "42 passed" in (found[0].commands[0].expect or "")
