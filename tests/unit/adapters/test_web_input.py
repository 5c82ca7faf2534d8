from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.adapters.web_input import NavigationFilter
from cockpit.config.load import Loaded
from cockpit.config.settings import Environment, Postgres, Redis, Settings
from cockpit.model.errors import ConfigError
from cockpit.ui.bindings import REGISTRY
from cockpit.wiring.serve import Serving, child_command, child_variables, web_settings

KEYS = ("j", "1", "up", "enter", "escape", "tab", "shift+tab", "nonsense")


@pytest.mark.parametrize(
    ("sent", "passed"),
    [
        ("jj", "jj"),
        ("K", ""),
        ("\x1b[A\x1bOA", "\x1b[A\x1bOA"),
        ("\x1b[B", ""),
        ("\r\t\x1b[Z", "\r\t\x1b[Z"),
        ("\x1b", "\x1b"),
        ("\x1bj", ""),
        ("\x1b[1;5D1", "1"),
        ("\x1b[67;1u", ""),
        ("\x1b[200~j1\r", ""),
        ("\x1b[200~K\x1b[201~j", "j"),
        ("\x1b]52;c;aGk=\x07j", "j"),
        ("\x1bPj1\x1b\\1", "1"),
        ("\x1b[<0;10;5M\x1b[<0;10;5m\x1b[<64;1;1M", "\x1b[<0;10;5M\x1b[<0;10;5m\x1b[<64;1;1M"),
        ("\x1b[<35;10;5M\x1b[<2;1;1M", ""),
        ("\x1b[?2026;2$y", "\x1b[?2026;2$y"),
        ("\x1b[?1;2c", ""),
        ("nonsense", ""),
    ],
)
def test_only_the_named_keys_pass(sent: str, passed: str) -> None:
    assert NavigationFilter(KEYS).passed(sent) == passed


def test_a_paste_in_two_messages_is_dropped_whole() -> None:
    keys = NavigationFilter(KEYS)
    assert keys.passed("\x1b[200~j") + keys.passed("j1") + keys.passed("j\x1b[201~1") == "1"


@given(st.text())
def test_no_character_of_a_write_key_ever_passes(sent: str) -> None:
    passed = NavigationFilter(["up", "enter", "escape"]).passed(sent)
    assert set(passed) <= set("\x1b\r[OA<064M;m0123456789?$y")


def loaded(environment: Environment, **keys: str) -> Loaded:
    return Loaded(Settings(environments={"e": environment}, default="e", keys=keys), None)


def test_no_key_that_an_operator_has_is_let_through() -> None:
    allowed = web_settings(loaded(Environment()), Serving(), 1).keys
    assert {"j", "k", "1", "z", "enter", "escape", "?", "0"} <= allowed
    assert not allowed & {key for binding in REGISTRY if binding.danger for key in binding.keys}
    assert not allowed & {"q", ":", "ctrl+c", "/", "y", "I", "E", "D", "K", "x", "m"}
    remapped = web_settings(loaded(Environment(), **{"pane.zoom": "Q"}), Serving(), 1).keys
    assert "Q" in remapped
    assert "z" not in remapped


def test_a_screen_is_an_observers_and_gets_only_the_variables_that_it_needs() -> None:
    environment = Environment(
        postgres=(Postgres(name="a", dsn="env:WRITES", observer_dsn="env:READS"), Postgres(name="b", dsn="env:SHARED")),
        redis=(Redis(name="kv", rest_url="env:REST", rest_token="env:TOKEN", observer_rest_token="env:READ_TOKEN"),),
        headers={"Authorization": "env:HEADER"},
    )
    given_ = dict.fromkeys(["WRITES", "READS", "SHARED", "REST", "TOKEN", "READ_TOKEN", "HEADER"], "x")
    given_ |= {"PATH": "/bin", "LC_ALL": "C", "AWS_SECRET_ACCESS_KEY": "x", "PGPASSWORD": "x", "LD_PRELOAD": "x"}
    assert set(child_variables(environment, given_)) == {
        *("READS", "SHARED", "REST", "READ_TOKEN", "HEADER", "PATH", "LC_ALL"),
    }
    command = child_command(loaded(environment), "e")
    assert ("--observer" in command, "--wall" in command) == (True, False)
    assert child_command(loaded(environment), "e", 0.0)[3:5] == ["--observer", "--wall"]
    assert child_command(loaded(environment), "e", 20.0)[4:7] == ["--wall", "--rotate", "20"]


@pytest.mark.parametrize("origin", ["cockpit.example.com", "ftp://x", "https://x/path", "https://"])
def test_an_origin_is_a_scheme_and_a_host(origin: str) -> None:
    with pytest.raises(ConfigError, match="is no origin"):
        web_settings(loaded(Environment()), Serving(origins=(origin,)), 1)


def test_behind_a_proxy_only_its_own_name_is_answered_to() -> None:
    settings = web_settings(loaded(Environment()), Serving("0.0.0.0", origins=("https://cockpit.example.com",)), 1)
    assert settings.hosts == {"cockpit.example.com"}
    assert len(settings.token) >= 32
