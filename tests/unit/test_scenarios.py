from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cockpit.config.load import parse
from cockpit.engine.library import load_runbook
from cockpit.sandbox.configuration import ConfigurationFacts, configuration_text
from cockpit.sandbox.scenarios import SCENARIOS
from cockpit.sandbox.scenarios.listing import scenario_table

RUNBOOKS = Path(__file__).parents[2] / "runbooks"
HERE = Path("x")
FACTS = ConfigurationFacts("http://x", "postgresql://a", "postgresql://b", "redis://a", "redis://b", HERE, HERE, HERE)


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_every_scenario_has_its_runbook_and_its_checks(name: str) -> None:
    scenario = SCENARIOS[name]
    slugs = {procedure.slug for procedure in load_runbook(RUNBOOKS / scenario.runbook).procedures}
    assert scenario.procedure in slugs
    environment = parse(configuration_text(FACTS), "cockpit.toml").environments["sandbox"]
    assert scenario.required <= scenario.allowed <= {check.name for check in environment.checks}


@pytest.mark.parametrize("path", sorted(RUNBOOKS.glob("*.md")), ids=lambda path: path.name)
def test_every_fence_names_a_target_that_the_sandbox_has(path: Path) -> None:
    environment = parse(configuration_text(FACTS), "cockpit.toml").environments["sandbox"]
    there = {"api", *(source.name for source in environment.postgres), *(source.name for source in environment.redis)}
    for procedure in load_runbook(path).procedures:
        targets = {command.target for step in procedure.steps for command in step.commands}
        assert targets <= there | {None}


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_is_found_by_the_name_that_it_says_itself(name: str) -> None:
    assert SCENARIOS[name].name == name


def test_the_index_of_the_runbooks_shows_the_scenarios_as_the_program_lists_them() -> None:
    index = (RUNBOOKS / "README.md").read_text()
    assert scenario_table() in index
    assert index.count("| Scenario |") == 1


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_is_walked_by_keys(name: str) -> None:
    walk = Path(__file__).parents[1] / "walks" / f"test_{name.replace('-', '_')}.py"
    assert f'start_range("{name}")' in walk.read_text()


def test_whoever_starts_one_scenario_does_not_load_the_others() -> None:
    look = (
        "import sys; from cockpit.sandbox.scenarios import SCENARIOS; 'x' in SCENARIOS; list(SCENARIOS)\n"
        "before = {n for n in sys.modules if n.startswith('cockpit.sandbox.scenarios.')}\n"
        "SCENARIOS['cron-stuck']\n"
        "after = {n for n in sys.modules if n.startswith('cockpit.sandbox.scenarios.')}\n"
        "print(sorted(before), sorted(after), 'psycopg' in sys.modules, 'redis' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    loaded = [f"cockpit.sandbox.scenarios.{name}" for name in ("base", "cron_stuck", "held_lock", "lines")]
    assert done.stdout.strip() == f"[] {loaded} False False"
