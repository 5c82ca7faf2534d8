from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.config.load import parse
from cockpit.engine.library import load_runbook
from cockpit.sandbox.configuration import ConfigurationFacts, configuration_text
from cockpit.sandbox.scenarios import SCENARIOS

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
