"""No string that fills a placeholder can change what a command is: only its arguments."""

from __future__ import annotations

import shlex
import subprocess
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit.model.errors import RunbookError
from cockpit.model.operations import HttpRequest, Operation, RedisCommand, ShellCommand, SqlStatement
from cockpit.model.runbook import Command, Context, Kind
from cockpit.runbook.commands import build_command
from cockpit.runbook.resolve import resolve
from cockpit.runbook.sql_risk import judge_sql

NASTY = st.sampled_from(
    [
        "'; DROP TABLE jobs; --", "$(touch /tmp/x)", "`id`", "a\nFLUSHALL", "a\r\nHost: evil", "../../admin", "-rf /",
        "--all", "*", "a' OR '1'='1", '"; rm -rf ~; "', "\\", "$HOME", "${IFS}", "&& reboot", "| sh", "> /etc/passwd",
        "%0d%0a", "?x=1&y=2", "#frag", "\u202eabc", "{}", "[a]", "~root", "!!", "a b", "\t", "%s", "$1", ":'x'",
    ]
)  # fmt: skip
VALUES = st.one_of(NASTY, st.text(max_size=40), st.builds(lambda a, b: a + b, NASTY, st.text(max_size=10)))
SLOWLY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOWLY
@given(VALUES)
def test_a_statement_keeps_its_text_and_gets_a_parameter(value: str) -> None:
    command = build_command("SELECT * FROM jobs WHERE name = '<job>' AND owner = :'who'", 1, kind=Kind.SQL)
    operation = _resolved_or_none(command, {"job": value, "who": value})
    if operation is None:
        return
    assert isinstance(operation, SqlStatement)
    plain = resolve(command, {"job": "a", "who": "a"})
    assert isinstance(plain, SqlStatement)
    assert operation.text == plain.text
    assert {given for _, given in operation.parameters} == {value}
    assert judge_sql(operation.text) == judge_sql(plain.text)


@SLOWLY
@given(VALUES)
def test_a_redis_command_keeps_its_name_and_the_number_of_its_arguments(value: str) -> None:
    command = build_command("GET lock:<job>", 1, kind=Kind.REDIS)
    operation = _resolved_or_none(command, {"job": value})
    if operation is None:
        return
    assert operation == RedisCommand(("GET", f"lock:{value}"))


@SLOWLY
@given(VALUES)
def test_a_request_keeps_its_method_path_and_headers(value: str) -> None:
    text = 'POST /jobs/<job>/run?why=<why>\nX-Reason: <why>\n\n{"job": "<job>"}'
    command = build_command(text, 1, kind=Kind.HTTP)
    operation = _resolved_or_none(command, {"job": value, "why": value})
    if operation is None:
        return
    assert isinstance(operation, HttpRequest)
    parts = urlsplit(operation.url)
    assert (operation.method, parts.scheme, parts.netloc, parts.fragment) == ("POST", "", "", "")
    assert parts.path.count("/") == 3
    assert parts.path.endswith("/run")
    assert parts.query.count("&") == 0
    assert [name for name, _ in operation.headers] == ["X-Reason", "Content-Type"]
    assert "\r" not in operation.headers[0][1]
    assert "\n" not in operation.headers[0][1]


@pytest.mark.parametrize(
    "text", ["printf '%s\\0' <job> end", 'printf "%s\\0" "<job>" end', "printf '%s\\0' '<job>' end"]
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(value=VALUES)
def test_bash_itself_sees_one_argument(text: str, value: str) -> None:
    command = build_command(text, 1, kind=Kind.SHELL)
    operation = _resolved_or_none(command, {"job": value})
    if operation is None:
        return
    assert isinstance(operation, ShellCommand)
    done = subprocess.run(
        ["bash", "-c", operation.line],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **dict(operation.environment)},
        capture_output=True,
        timeout=10,
        check=False,
    )
    assert done.stderr == b""
    assert done.stdout.split(b"\0") == [value.encode("utf-8", "surrogateescape"), b"end", b""]


@SLOWLY
@given(VALUES)
def test_a_command_for_another_machine_stays_one_word_with_plain_values(value: str) -> None:
    command = build_command("systemctl status <unit>", 1, context=Context("ssh", "ssh ops@<host>"))
    operation = _resolved_or_none(command, {"unit": value, "host": value})
    if operation is None:
        return
    assert isinstance(operation, ShellCommand)
    words = shlex.split(operation.line)
    assert words[-2:] == ["--", f"systemctl status {value}"]
    assert words[-3] == f"ops@{value}"


def _resolved_or_none(command: Command, values: dict[str, str]) -> Operation | None:
    """What runs; None when the value is refused."""
    try:
        return resolve(command, values)
    except RunbookError:
        return None
