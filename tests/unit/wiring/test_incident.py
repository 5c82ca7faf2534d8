"""Where messages can go, from the configuration; nothing for an observer."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.config.load import Loaded, parse
from cockpit.engine.communication import message_draft
from cockpit.model.errors import SourceError
from cockpit.model.incident import Role
from cockpit.model.readings import SourceId, SourceKind
from cockpit.wiring.incident import add_notify
from cockpit.wiring.parts import Parts
from cockpit.wiring.session import open_session
from tests.support.clock import FixedClock

TEXT = """
[journal]
path = "journal.db"
[incident]
tracker = "true"
[notify.targets]
team = "env:TEAM_CHAT"
mail = "env:NOT_SET_AT_ALL"
[environments.prod]
label = "PROD"
host = false
"""
TEAM, MAIL, TRACKER = (SourceId(SourceKind.NOTIFY, name) for name in ("team", "mail", "tracker"))


@pytest.fixture(autouse=True)
def _address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAM_CHAT", "json://user:longpassword@chat.example/tokentokentoken?x=1")


def test_an_operator_gets_what_sends_and_its_secrets_are_known() -> None:
    parts = Parts(Role.OPERATOR, FixedClock())
    add_notify(parts, parse(TEXT, "x"), Path())
    assert set(parts.executors) == {TEAM, MAIL, TRACKER}
    assert {"longpassword", "tokentokentoken"} <= set(parts.secrets)
    assert "chat.example" not in parts.secrets


@pytest.mark.anyio
async def test_a_reference_that_leads_nowhere_keeps_nobody_from_looking() -> None:
    parts = Parts(Role.OPERATOR, FixedClock())
    add_notify(parts, parse(TEXT, "x"), Path())
    with pytest.raises(SourceError, match="NOT_SET_AT_ALL, which is not set"):
        await parts.executors[MAIL].prepare(message_draft("mail", "", "x", 5.0).operation)


@pytest.mark.anyio
async def test_the_session_knows_the_plan_and_an_observer_has_nothing_that_sends(tmp_path: Path) -> None:
    loaded = Loaded(parse(TEXT, "x"), tmp_path / "cockpit.toml")
    operator = open_session(loaded, None, Role.OPERATOR)
    assert operator.plan.targets == ("team", "mail")
    assert operator.road is not None
    declared = await operator.incident.declare("P1", "slow")
    assert declared.environment == "PROD"
    again = open_session(loaded, None, Role.OPERATOR)
    assert again.incident.current == declared
    observer = open_session(loaded, None, Role.OBSERVER)
    assert observer.road is None
    for session in (operator, again, observer):
        await session.close()
