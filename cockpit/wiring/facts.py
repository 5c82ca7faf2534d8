"""What the screen says about an environment before anything is read."""

from __future__ import annotations

from cockpit.config.settings import Environment
from cockpit.model.incident import EnvironmentFacts


def environment_facts(name: str, environment: Environment) -> EnvironmentFacts:
    """What the screen says about the environment."""
    return EnvironmentFacts(
        name=name,
        label=environment.label or name.upper(),
        protected=environment.protected,
        colour=environment.colour,
        service=environment.service,
        base_url=environment.base_url,
    )
