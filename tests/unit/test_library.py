"""The runbooks that come with the cockpit: whole, right, harmless to read, and true to the sample service."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path

import pglast
import psycopg
import pytest
from pglast import ast

from cockpit.config.load import parse as parse_configuration
from cockpit.engine import conditions, library
from cockpit.model.answers import Fact
from cockpit.model.errors import ConditionError
from cockpit.model.operations import SignalMatchingBackends, SqlStatement
from cockpit.model.risk import Risk
from cockpit.model.runbook import Annotations, Command, Kind, Part, Procedure, Runbook, Step
from cockpit.runbook.lint import Finding, lint
from cockpit.runbook.resolve import missing, resolve
from cockpit.sandbox.configuration import ConfigurationFacts, configuration_text
from cockpit.sandbox.database import create_database
from cockpit.sandbox.postgres_server import PostgresServer
from tests.support.servers import running_postgres
from tests.support.shipped import (
    CHECKS,
    OUTAGES,
    READING_REDIS,
    READING_SHELL,
    SAID_FINAL,
    SAMPLES,
    SMALL_THINGS,
    SOURCES,
)

RUNBOOKS = Path(__file__).parents[2] / "runbooks"
PATHS = sorted(RUNBOOKS.glob("*.md"))
INDEX = RUNBOOKS / "README.md"
WRITTEN = date(2026, 11, 21)
HERE = Path("x")
RUN_ON = re.MULTILINE | re.DOTALL
FACTS = ConfigurationFacts("http://x", "postgresql://a", "postgresql://b", "redis://a", "redis://b", HERE, HERE, HERE)


@lru_cache(maxsize=100)
def load_runbook(path: Path) -> Runbook:
    """Each file is read once."""
    return library.load_runbook(path)


def procedures() -> Iterator[tuple[Path, Procedure]]:
    for path in PATHS:
        for procedure in load_runbook(path).procedures:
            yield path, procedure


def commands() -> Iterator[tuple[Path, Procedure, Step, Command]]:
    for path, procedure in procedures():
        for step in procedure.steps:
            for command in step.commands:
                yield path, procedure, step, command


def values(procedure: Procedure) -> dict[str, str]:
    return {**SAMPLES, **{item.name: item.default for item in procedure.inputs if item.default}}


def wrong(condition: str) -> str | None:
    try:
        conditions.parse(condition)
    except ConditionError as error:
        return str(error)
    return None


def findings(path: Path) -> tuple[Finding, ...]:
    return lint(load_runbook(path), path.read_text(), WRITTEN, wrong)


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#{1,6} +(.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_lint_finds_nothing(path: Path) -> None:
    assert findings(path) == ()


@pytest.mark.parametrize("path", [path for path in PATHS if path != INDEX], ids=lambda path: path.name)
def test_every_file_holds_procedures_with_a_title_and_says_its_severity(path: Path) -> None:
    book = load_runbook(path)
    assert book.procedures
    assert book.metadata.get("title")
    assert path.name == "useful-commands.md" or all(re.fullmatch("P[0-3]", p.severity) for p in book.procedures)


def test_the_index_lists_every_file_once_with_the_severity_that_the_file_says() -> None:
    book = load_runbook(INDEX)
    assert not book.procedures
    listed = {entry.target: entry for entry in book.index}
    assert len(listed) == len(book.index)
    assert set(listed) == {path.name for path in PATHS} - {INDEX.name}
    for name, entry in listed.items():
        other = load_runbook(RUNBOOKS / name)
        assert entry.severity == other.metadata.get("severity", ""), name
        assert entry.title == other.metadata["title"], name


def test_every_source_procedure_has_its_place() -> None:
    rows = re.findall(r"^\| (\d)\.(\d+) [^|]+ \| (.+) \|$", INDEX.read_text(), re.MULTILINE)
    found = [(int(document), int(at)) for document, at, _ in rows]
    assert found == [(n, at + 1) for n, names in enumerate(SOURCES.values()) for at in range(len(names.split()))]
    assert all("](" in places for _, _, places in rows)
    assert re.findall(r"^### \d: (.+)$", INDEX.read_text(), re.MULTILINE) == list(SOURCES)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_no_link_is_broken(path: Path) -> None:
    body = path.read_text().split("\n---\n", 1)[-1]
    for target, anchor in re.findall(r"\]\(([^)#\s]*)#?([^)\s]*)\)", body):
        there = RUNBOOKS / target if target else path
        assert there.is_file(), target
        assert not anchor or anchor in anchors(there), f"{target}#{anchor}"


@pytest.mark.parametrize("name", sorted(SMALL_THINGS))
def test_the_small_things_of_the_sources_are_there(name: str) -> None:
    text = re.sub(r"\s+", " ", (RUNBOOKS / name).read_text()).casefold()
    for words in SMALL_THINGS[name].split(", "):
        assert any(word.casefold() in text for word in words.split("|")), words


def test_every_target_is_one_that_the_sandbox_has() -> None:
    environment = parse_configuration(configuration_text(FACTS), "cockpit.toml").environments["sandbox"]
    main, kv = {source.name for source in environment.postgres}, {source.name for source in environment.redis}
    for path, _, step, command in commands():
        where = f"{path.name}:{command.line} {step.title}"
        if command.kind is Kind.SQL:
            assert command.target in main, where
        elif command.kind is Kind.REDIS:
            assert command.target in kv, where
        elif command.kind is Kind.HTTP and "://" not in command.text.split("\n")[0]:
            assert command.target == "api", where
        else:
            assert command.target is None, where


def test_every_signal_asks_for_a_check_and_a_lock_that_the_sandbox_has() -> None:
    environment = parse_configuration(configuration_text(FACTS), "cockpit.toml").environments["sandbox"]
    checks, jobs = {check.name for check in environment.checks}, {job.name for job in environment.jobs}
    signals = {(path.name, signal) for path, procedure in procedures() for signal in procedure.signals}
    assert len({name for name, _ in signals}) >= 8
    for name, signal in signals:
        assert wrong(signal) is None, name
        assert set(re.findall(r"check\('([^']+)'\)", signal)) <= checks, name
        assert set(re.findall(r"lock\('([^']+)'\)", signal)) <= jobs, name


@pytest.mark.parametrize(("title", "crit", "unknown", "held"), OUTAGES, ids=lambda value: str(value)[:30])
def test_the_verdicts_of_an_outage_bring_its_own_runbook_to_the_top(
    title: str, crit: str, unknown: str, held: str
) -> None:
    verdicts = {**dict.fromkeys(CHECKS.split(), "ok"), **dict.fromkeys(crit.split(), "crit")}
    verdicts |= dict.fromkeys(unknown.split(), "unknown")

    def check(name: str) -> dict[str, Fact]:
        return {"verdict": verdicts[name]}

    def lock(job: str) -> dict[str, Fact]:
        return {"held": job in held.split()}

    names: conditions.Names = {"check": check, "lock": lock}
    matching = {p.title: sum(conditions.holds(signal, names) for signal in p.signals) for _, p in procedures()}
    assert matching[title] == max(matching.values()) > 0


def test_every_condition_parses() -> None:
    seen = 0
    for path, _, step, command in commands():
        for notes in (step.annotations, command.annotations):
            for condition in filter(None, (notes.when, notes.until, notes.expect)):
                assert wrong(condition) is None, f"{path.name}:{step.line}"
                seen += 1
    assert seen > 80


def test_every_wait_has_an_end_and_every_end_a_wait() -> None:
    for path, _, _, command in commands():
        notes = command.annotations
        where = f"{path.name}:{command.line}"
        assert bool(notes.until) == bool(notes.every), where
        assert not notes.until or notes.timeout, where
        assert not notes.retries, where


def test_every_change_says_how_it_is_proven_and_taken_back() -> None:
    changes = 0
    for path, procedure, step, command in commands():
        if command.risk is Risk.READ or "dry=1" in command.text:
            continue
        changes += 1
        where = f"{path.name}:{command.line} {step.title}"
        verify, undo = told(step, command, "verify"), told(step, command, "undo")
        assert verify in names(procedure, Risk.READ), where
        assert undo == "none" or undo in names(procedure, *Risk), where
        assert undo != (command.annotations.name or step.annotations.name), where
    assert changes > 60


def told(step: Step, command: Command, word: str) -> str:
    return str(getattr(command.annotations, word) or getattr(step.annotations, word))


def names(procedure: Procedure, *risks: Risk) -> set[str]:
    """The names of the steps and commands of those risks."""
    found: set[str] = set()
    for step in procedure.steps:
        for command in step.commands:
            notes: tuple[Annotations, ...] = (step.annotations, command.annotations)
            found |= {each.name for each in notes if each.name and command.risk in risks}
    return found


def test_a_way_back_that_does_not_exist_is_also_said_in_words() -> None:
    silent = [
        f"{path.name}:{step.line} {step.title}"
        for path, _, step, command in commands()
        if told(step, command, "undo") == "none" and "dry=1" not in command.text
        if SAID_FINAL.search(re.sub(r"\s+", " ", step.source)) is None
    ]
    assert silent == []


def test_nothing_is_unknown_and_what_is_called_a_read_is_one() -> None:
    for path, _, step, command in commands():
        where = f"{path.name}:{command.line} {step.title}: {command.text}"
        assert command.risk is not Risk.UNKNOWN, where
        assert not command.streaming, where
        if command.risk is not Risk.READ or command.kind is Kind.OPEN:
            continue
        match command.kind:
            case Kind.SQL:
                assert isinstance(statement(command), ast.SelectStmt), where
            case Kind.REDIS:
                assert command.text.split()[0] in READING_REDIS, where
            case Kind.HTTP:
                assert command.text.startswith("GET "), where
            case _:
                assert all(READING_SHELL.fullmatch(part.strip()) for part in first_of_pipes(command.text)), where


def first_of_pipes(text: str) -> list[str]:
    """The program that each pipe begins with; what follows it only arranges lines."""
    head, *rest = re.split(r" \| ", text)
    assert all(re.match(r"(?:sort|uniq|head|tail|grep)\b", part) for part in rest), text
    assert not re.search(r"[>`;&]|\$\(", text), text
    return [head]


def test_only_fences_run_prose_never_does() -> None:
    for path in PATHS:
        lines = path.read_text().split("\n")
        inside: set[int] = set()
        open_fence = False
        for number, line in enumerate(lines, 1):
            if re.match(r"\s*```", line):
                open_fence = not open_fence
            elif open_fence:
                inside.add(number)
        for procedure in load_runbook(path).procedures:
            for step in procedure.steps:
                stray = [c.text for c in step.commands if c.line not in inside and c.kind is not Kind.OPEN]
                assert not stray, f"{path.name}:{step.line} {stray}"


def test_every_input_has_a_question_and_a_pattern_that_takes_a_sensible_value_and_no_other() -> None:
    used: set[str] = set()
    for path, procedure in procedures():
        for item in procedure.inputs:
            where = f"{path.name} {item.name}"
            assert item.prompt.strip(), where
            assert item.pattern, where
            assert item.source in ("", "locks", "backends", "containers", "commits", "flags"), where
            pattern = re.compile(item.pattern)
            assert pattern.fullmatch(item.default or SAMPLES[item.name]), where
            assert not any(pattern.fullmatch(bad) for bad in ("", "a b;rm -rf /", "$(id)", "x\ny", "' OR 1=1")), where
            used.add(item.name)
    assert used >= set(SAMPLES) - {"OPENAI_API_KEY", "DATABASE_URL"}


def test_every_input_is_used_and_every_placeholder_is_an_input() -> None:
    for path in PATHS:
        book = load_runbook(path)
        asked = {item.name for procedure in book.procedures for item in procedure.inputs}
        waited = {name for p in book.procedures for s in p.steps for c in s.commands for name in c.placeholders}
        assert waited == asked, path.name


def test_every_command_can_be_made_ready_to_run() -> None:
    ready = 0
    for path, procedure, step, command in commands():
        if command.kind is Kind.OPEN:
            continue
        where = f"{path.name}:{command.line} {step.title}"
        assert missing(command, values(procedure)) == (), where
        assert resolve(command, values(procedure)) is not None, where
        ready += 1
    assert ready > 250


def test_every_procedure_that_changes_something_looks_first_and_verifies_after() -> None:
    for path, procedure in procedures():
        parts = {phase.part for phase in procedure.phases if phase.steps}
        if procedure.title == "Useful commands" or not any(step.risk is not Risk.READ for step in procedure.steps):
            continue
        where = f"{path.name} {procedure.title}"
        assert Part.MITIGATION in parts, where
        assert Part.VERIFY in parts or "Resolve the incident" in {phase.title[:20] for phase in procedure.phases}, where


def test_a_long_wait_or_a_time_box_is_understood() -> None:
    [triage] = load_runbook(RUNBOOKS / "triage.md").procedures
    assert [phase.budget_seconds for phase in triage.phases] == [300.0, 900.0, 3600.0, 7200.0, None]
    confirm = load_runbook(RUNBOOKS / "resolution-and-review.md").procedures[0]
    assert [step.wait_seconds for step in confirm.steps if step.kind is Kind.WAIT] == [900.0, 3600.0]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_the_steps_of_a_procedure_are_counted_through(path: Path) -> None:
    for heading, section in re.findall(r"^#{2,3} ([^\n]+)\n(.*?)(?=^#{2,3} |\Z)", path.read_text(), RUN_ON):
        # The ways to choose from are counted on their own.
        outside = re.sub(
            r"^\*\*(?:Option|Scenario|If) .*?(?=^\*\*(?!Option|Scenario|If)|\Z)", "", section, flags=RUN_ON
        )
        numbers = [int(number) for number in re.findall(r"^(\d+)\. ", outside, re.MULTILINE)]
        assert numbers == list(range(1, len(numbers) + 1)), heading


def test_ways_that_exclude_each_other_hang_under_one_choice() -> None:
    for name, count in (
        ("restore.md", 3),
        ("rollback-deploy.md", 3),
        ("mitigation-options.md", 4),
        ("rate-limit.md", 2),
    ):
        [procedure] = load_runbook(RUNBOOKS / name).procedures
        assert count in [len(step.branches) for step in procedure.steps if step.kind is Kind.DECISION], name


def test_settings_are_compared_nearly_everywhere_and_never_shown() -> None:
    audited = {path.name for path, p in procedures() if any(step.kind is Kind.SETTINGS for step in p.steps)}
    assert len(audited) >= 25
    for path, _, _, command in commands():
        names_only = command.text == 'grep -oE "^[A-Z][A-Z0-9_]*" /opt/shop/.env'
        assert names_only or not re.search(r"\.env\b|printenv|^env\b", command.text), path.name


def statement(command: Command) -> ast.Node:
    [tree] = pglast.parse_sql(re.sub(r":'\w+'", "NULL", command.text))
    assert tree.stmt is not None
    return tree.stmt


@pytest.fixture(scope="module")
def database() -> Iterator[PostgresServer]:
    with running_postgres() as server:
        passwords = {"shop": "a", "cockpit_operator": "b", "cockpit_observer": "c"}
        asyncio.run(create_database(server, passwords))
        yield server


def test_every_statement_fits_the_tables_of_the_sample_service(database: PostgresServer) -> None:
    explained = 0
    with psycopg.connect(database.address("cockpit_operator", "b", "shop"), autocommit=True) as connection:
        for path, procedure, step, command in commands():
            if command.kind is not Kind.SQL:
                continue
            operation = resolve(command, values(procedure))
            if isinstance(operation, SignalMatchingBackends):
                text = f"SELECT pid FROM pg_stat_activity WHERE {operation.where}"
            else:
                assert isinstance(operation, SqlStatement)
                text = operation.text
            if not re.match(r"SELECT|UPDATE|DELETE", text):
                continue
            try:
                connection.execute(f"EXPLAIN {text}".encode(), dict(operation.parameters) or None)
            except psycopg.Error as error:
                pytest.fail(f"{path.name}:{command.line} {step.title}: {error}")
            explained += 1
    assert explained > 60
