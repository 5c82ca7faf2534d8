"""Commands and values become operations, and a value never changes what an operation is."""

from __future__ import annotations

import json
import subprocess
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.model.errors import RunbookError
from cockpit.model.operations import (
    HttpRequest,
    RedisCommand,
    ServiceOperation,
    ShellCommand,
    SignalMatchingBackends,
    SqlStatement,
)
from cockpit.model.runbook import Annotations, Command, Context, Kind
from cockpit.runbook.commands import build_command
from cockpit.runbook.reader import read_runbook
from cockpit.runbook.resolve import missing, needed, render, resolve
from cockpit.runbook.resolve_shell import SSH_OPTIONS

VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)


def made(text: str, kind: Kind | None = None, known: tuple[str, ...] = ()) -> Command:
    return build_command(text, 1, kind=kind, known=known)


@given(VALUES)
def test_a_redis_value_is_exactly_part_of_one_argument(value: str) -> None:
    command = made("SET \"lock:$job\" 'x <owner>' PX 5", Kind.REDIS)
    assert resolve(command, {"job": value, "owner": value}) == RedisCommand(
        ("SET", f"lock:{value}", f"x {value}", "PX", "5")
    )


@pytest.mark.parametrize("text", ["$command a", "CONFIG $what a", 'GET "a', "GET \U000f0000 <a>"])
def test_a_redis_command_that_a_value_could_change_is_refused(text: str) -> None:
    with pytest.raises(RunbookError):
        resolve(made(text, Kind.REDIS), {"command": "DEL", "what": "SET", "a": "b"})


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        (r'SET a "b\n\x41\"\\"', ("SET", "a", 'b\nA"\\')),
        (r"SET a 'b\'c\n'", ("SET", "a", r"b'c\n")),
        ("  GET   a  ", ("GET", "a")),
        ('SET a ""', ("SET", "a", "")),
    ],
)
def test_redis_lines_are_split_as_redis_cli_does(line: str, arguments: tuple[str, ...]) -> None:
    assert resolve(made(line, Kind.REDIS), {}) == RedisCommand(arguments)


@given(VALUES)
def test_a_sql_value_is_only_ever_a_parameter(value: str) -> None:
    command = made("SELECT * FROM a WHERE b = :'job' AND c LIKE '%<d>' AND e = <f> LIMIT :n", Kind.SQL)
    operation = resolve(command, {"job": value, "d": value, "f": value, "n": "1"})
    assert isinstance(operation, SqlStatement)
    assert operation.text.startswith("SELECT * FROM a WHERE b = %(job)s AND c LIKE %(")
    assert value in dict(operation.parameters).values()
    assert f"%{value}" in dict(operation.parameters).values()


def test_a_literal_percent_is_doubled() -> None:
    assert resolve(made("SELECT '5%', 7 % 2", Kind.SQL), {}) == SqlStatement("SELECT '5%%', 7 %% 2")


def test_a_typed_literal_becomes_a_cast() -> None:
    operation = resolve(made("SELECT now() - interval '<n> minutes'", Kind.SQL), {"n": "5"})
    assert operation == SqlStatement("SELECT now() - CAST(%(text_1)s AS interval)", (("text_1", "5 minutes"),))


def test_the_same_name_with_two_texts_gets_two_parameters() -> None:
    operation = resolve(made("SELECT '<a b>', '<a_b>'", Kind.SQL), {"a b": "1", "a_b": "2"})
    assert isinstance(operation, SqlStatement)
    assert sorted(value for _, value in operation.parameters) == ["1", "2"]


def test_a_name_is_quoted_and_must_be_plain() -> None:
    command = made('SELECT * FROM :"table"', Kind.SQL)
    assert resolve(command, {"table": "orders"}) == SqlStatement('SELECT * FROM "orders"')
    with pytest.raises(RunbookError, match="no plain name"):
        resolve(command, {"table": 'a"; DROP TABLE b'})


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1; SELECT 2",
        "SELECT * FROM <table>",
        'SELECT "<name>"',
        "DO $$ <body> $$",
        "SELECT E'<x>'",
        "SELECT $1",
        "\\d orders",
        "SELEC 1",
        "SELECT pg_terminate_backend(pid)",
    ],
)
def test_sql_in_which_no_value_can_stand_is_refused(text: str) -> None:
    with pytest.raises(RunbookError):
        resolve(made(text, Kind.SQL), {"table": "a", "name": "a", "body": "a", "x": "a"})


def test_sql_takes_no_nul_and_ignores_comments() -> None:
    with pytest.raises(RunbookError, match="NUL"):
        resolve(made("SELECT <a1>", Kind.SQL), {"a1": "\x00"})
    assert resolve(made("SELECT 1 -- <why>", Kind.SQL), {"why": "x"}) == SqlStatement("SELECT 1 -- <why>")


def test_one_given_session_is_matched_by_its_pid() -> None:
    operation = resolve(made("SELECT pg_terminate_backend(:'pid');", Kind.SQL), {"pid": "4711"})
    assert operation == SignalMatchingBackends(True, "pid = %(pid)s", (("pid", "4711"),))


def test_the_pid_of_a_signal_that_names_no_table_is_asked_for() -> None:
    command = made("SELECT pg_terminate_backend(pid)", Kind.SQL)
    assert command.placeholders == ("pid",)
    assert resolve(command, {"pid": "4711"}) == SignalMatchingBackends(True, "pid = %(pid)s", (("pid", "4711"),))
    assert made("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = 7", Kind.SQL).placeholders == ()


def test_sessions_are_matched_by_the_condition_as_the_parser_prints_it() -> None:
    text = "select pg_cancel_backend(pid) from pg_stat_activity where usename=<user> and query like '%x'"
    operation = resolve(made(text, Kind.SQL), {"user": "shop"})
    assert operation == SignalMatchingBackends(False, "usename = %(user)s AND query LIKE '%%x'", (("user", "shop"),))


def test_all_sessions_have_an_empty_condition() -> None:
    operation = resolve(made("SELECT pg_terminate_backend(pid) FROM pg_stat_activity", Kind.SQL), {})
    assert operation == SignalMatchingBackends(True, "")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT pg_terminate_backend(pid), 1 FROM pg_stat_activity",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity LIMIT 1",
        "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a",
        "SELECT pg_terminate_backend(pid) FROM other",
        "SELECT pg_terminate_backend(pid + 1) FROM pg_stat_activity",
        "SELECT now(), count(*) FROM a",
    ],
)
def test_what_is_not_exactly_the_known_form_stays_a_statement(text: str) -> None:
    assert isinstance(resolve(made(text, Kind.SQL), {}), SqlStatement)


@given(VALUES)
def test_a_value_never_leaves_its_part_of_the_url(value: str) -> None:
    command = made("POST /api/cron/<job>?limit=<limit>&dry=1", Kind.HTTP)
    try:
        operation = resolve(command, {"job": value, "limit": value})
    except RunbookError:
        assert {".", ".."} & set(value.replace("\\", "/").split("/"))
        return
    assert isinstance(operation, HttpRequest)
    split = urlsplit(operation.url)
    assert (split.scheme, split.netloc, split.fragment) == ("", "", "")
    assert split.path.count("/") == 3
    assert split.query.count("&") == 1
    assert split.query.endswith("&dry=1")


@given(VALUES)
def test_a_value_never_leaves_its_json_text(value: str) -> None:
    command = made('POST /a\nContent-Type: application/json\n\n{"why": "x <why>", "n": <count>}', Kind.HTTP)
    operation = resolve(command, {"why": value, "count": value})
    assert isinstance(operation, HttpRequest)
    body = json.loads(operation.body)
    assert body["why"] == f"x {value}"
    assert list(body) == ["why", "n"]
    assert not isinstance(body["n"], (dict, list))


def test_a_number_stays_a_number_in_json() -> None:
    operation = resolve(made('POST /a\n\n{"n": <count>}', Kind.HTTP), {"count": "5"})
    assert operation == HttpRequest("POST", "/a", (("Content-Type", "application/json"),), '{"n": 5}')


def test_headers_take_no_line_breaks() -> None:
    command = made("GET /a\nX-Token: <token>", Kind.HTTP)
    assert resolve(command, {"token": "b"}) == HttpRequest("GET", "/a", (("X-Token", "b"),))
    with pytest.raises(RunbookError, match="control character"):
        resolve(command, {"token": "b\r\nX-Other: c"})


def test_a_form_is_encoded_and_plain_text_is_not() -> None:
    form = resolve(made("POST /a\n\nreason=<why>", Kind.HTTP), {"why": "a&b=c"})
    assert isinstance(form, HttpRequest)
    assert form.body == "reason=a%26b%3Dc"
    text = resolve(made("POST /a\nContent-Type: text/plain\n\nhello <why>", Kind.HTTP), {"why": "a&b"})
    assert isinstance(text, HttpRequest)
    assert text.body == "hello a&b"
    with pytest.raises(RunbookError, match="neither JSON nor a form"):
        resolve(made("POST /a\n\nhello <why>", Kind.HTTP), {"why": "a"})


def test_the_address_of_a_request_may_come_from_a_variable() -> None:
    command = made('curl "$METRICS_ENDPOINT/health"')
    assert needed(command) == ("METRICS_ENDPOINT",)
    operation = resolve(command, {"METRICS_ENDPOINT": "https://host:8/x"})
    assert operation == HttpRequest("GET", "https://host:8/x/health")
    for bad in ("javascript:x", "https://a b", "//host"):
        if bad != "//host":
            with pytest.raises(RunbookError):
                resolve(command, {"METRICS_ENDPOINT": bad})
    with pytest.raises(RunbookError, match="METRICS_ENDPOINT"):
        resolve(command, {})


def test_a_host_must_be_a_host() -> None:
    command = made("GET https://<host>/a", Kind.HTTP)
    assert resolve(command, {"host": "api.example.com:8443"}) == HttpRequest("GET", "https://api.example.com:8443/a")
    with pytest.raises(RunbookError, match="host name"):
        resolve(command, {"host": "a@evil.example/"})


def test_curl_becomes_a_request() -> None:
    command = made(
        'curl -fsS -X POST -u "$USER_NAME:$PASS_WORD" \\\n  "https://x/v1/<id>" -H \'Content-Type: application/json\' '
        "-d '{\"ttl\": 60}' | jq"
    )
    operation = resolve(command, {"USER_NAME": "u", "PASS_WORD": "p", "id": "a/b"})
    assert operation == HttpRequest(
        "POST",
        "https://x/v1/a%2Fb",
        (("Content-Type", "application/json"), ("Authorization", "Basic dTpw")),
        '{"ttl": 60}',
    )


@pytest.mark.parametrize("text", ["curl -F a=@b https://x", "curl https://a https://b", "curl -d @file https://x"])
def test_curl_that_does_more_is_no_request(text: str) -> None:
    with pytest.raises(RunbookError, match="not one plain HTTP request"):
        resolve(made(text, Kind.HTTP), {})


def test_curl_options_in_all_their_spellings() -> None:
    operation = resolve(made("curl -sSXPUT --url=https://x/y -HA:b -A me --json '{}' -o /dev/null -m 5", Kind.HTTP), {})
    assert operation == HttpRequest(
        "PUT", "https://x/y", (("A", "b"), ("User-Agent", "me"), ("Content-Type", "application/json")), "{}"
    )
    assert resolve(made("curl -I https://x", Kind.HTTP), {}) == HttpRequest("HEAD", "https://x")


def run(command: ShellCommand) -> str:
    environment = {"PATH": "/usr/bin:/bin", **dict(command.environment)}
    done = subprocess.run(["bash", "-c", command.line], env=environment, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "surrogateescape")


@settings(max_examples=25, deadline=None)
@given(VALUES.filter(lambda value: not value.startswith("-") and not value.endswith("\n")))
@pytest.mark.parametrize(
    "text",
    [
        "printf '[%s]' <word>",
        'printf "[%s]" "<word>"',
        "printf '[%s]' '<word>'",
        "printf '[%s]' $(printf '%s' <word>)",
        'printf "[%s]" "$(printf %s "<word>")"',
    ],
)
def test_bash_gets_a_value_as_one_word_whatever_the_quotes(text: str, value: str) -> None:
    operation = resolve(made(text, Kind.SHELL), {"word": value})
    assert isinstance(operation, ShellCommand)
    assert value == "" or value not in operation.line or value in text or value in '"${COCKPIT_VALUE_1}"\'[]%s '
    if "$(printf '%s' <" not in text:
        assert run(operation) == f"[{value}]"


def test_a_here_document_expands_a_value_once() -> None:
    operation = resolve(made("cat <<EOF\n<word>\nEOF", Kind.SHELL), {"word": "$(echo no)`echo no`\\"})
    assert isinstance(operation, ShellCommand)
    assert run(operation) == "$(echo no)`echo no`\\\n"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("git checkout <x1>", "--force"),
        ("<x1> a", "ls"),
        ("ssh host 'rm <x1>'", "a; b"),
        ('bash -c "rm <x1>"', "$(b)"),
        ("docker exec a sh -c 'rm <x1>'", "a b"),
        ("awk '/<x1>/ {print}' a", "/ {system(1)} /"),
        ("echo $((<x1> + 1))", "a[$(id)]"),
        ("[[ <x1> -eq 1 ]]", "a[$(id)]"),
        ("echo $'<x1>'", "a"),
        ("cat <<'EOF'\n<x1>\nEOF", "a"),
        ("f() { ls <x1>; }", "a"),
        ("echo <x1>", "a\x00b"),
        ("echo 'open <x1>", "a"),
    ],
)
def test_bash_refuses_values_that_would_be_read_as_something_else(text: str, value: str) -> None:
    with pytest.raises(RunbookError):
        resolve(made(text, Kind.SHELL), {"x1": value})


def test_a_comment_keeps_no_value_and_harmless_values_pass_where_they_are_read_twice() -> None:
    assert resolve(made("ls a # <why>", Kind.SHELL), {"why": "x"}) == ShellCommand(
        "ls a # ...", (("COCKPIT_VALUE_1", "x"),)
    )
    assert resolve(made("ssh host 'ls <x1>'", Kind.SHELL), {"x1": "a.log"}) == ShellCommand(
        "ssh host 'ls '\"${COCKPIT_VALUE_1}\"''", (("COCKPIT_VALUE_1", "a.log"),)
    )


def test_a_command_inside_ssh_is_sent_as_one_word() -> None:
    command = build_command("df -h <disk>", 1, context=Context("ssh", "ssh prod"))
    sent = resolve(command, {"disk": "/data"})
    assert sent == ShellCommand(f"ssh {SSH_OPTIONS} prod -- 'df -h /data'", host="prod")


def test_the_host_of_a_session_may_be_a_value_and_nothing_else() -> None:
    command = build_command("uptime", 1, context=Context("ssh", "ssh -p 2222 -i key ops@<host>"))
    assert missing(command, {}) == ("host",)
    sent = resolve(command, {"host": "web1"})
    assert isinstance(sent, ShellCommand)
    assert sent.host == "ops@web1"
    assert sent.line.endswith("-p 2222 -i key ops@web1 -- uptime")
    for value in ("-oProxyCommand=x", "a b", "$(x)", "a;b"):
        with pytest.raises(RunbookError):
            resolve(command, {"host": value})
    with pytest.raises(RunbookError):
        resolve(command, {"disk": "/data; rm"})
    with pytest.raises(RunbookError, match="docker exec"):
        resolve(build_command("ls", 1, context=Context("docker exec", "docker exec -it a sh")), {})


@pytest.mark.parametrize(
    ("text", "operation"),
    [
        ("docker restart api", ServiceOperation("restart", "api")),
        ("docker compose restart api", ServiceOperation("restart", "api")),
        ("sudo docker stop api", ServiceOperation("stop", "api")),
        ("docker-compose -f a.yml start api", None),
        ("docker compose restart", None),
        ("docker restart a b", None),
        ("docker ps", None),
        ('docker restart "$NAME"', None),
    ],
)
def test_restarts_become_service_operations(text: str, operation: ServiceOperation | None) -> None:
    resolved = resolve(made(text), {})
    assert resolved == operation if operation else isinstance(resolved, (ShellCommand, ServiceOperation))


def test_a_container_name_must_be_a_name() -> None:
    command = made("docker restart <name>")
    assert resolve(command, {"name": "api"}) == ServiceOperation("restart", "api")
    for bad in ("a b", "-f", ""):
        with pytest.raises(RunbookError):
            resolve(command, {"name": bad})
    with pytest.raises(RunbookError, match="waits for name"):
        resolve(command, {})


def test_an_unwrapped_command_runs_as_what_it_is() -> None:
    command = made('docker compose exec db psql -U a -c "SELECT pg_terminate_backend(<pid>);"')
    assert command.kind is Kind.SQL
    assert resolve(command, {"pid": "5"}) == SignalMatchingBackends(True, "pid = %(pid)s", (("pid", "5"),))


def test_what_is_missing_is_named() -> None:
    command = made("GET <a1> <b2>", Kind.REDIS)
    assert missing(command, {"a1": "x"}) == ("b2",)
    with pytest.raises(RunbookError, match="waits for a1, b2"):
        resolve(command, {})


def test_other_kinds_are_not_run() -> None:
    with pytest.raises(RunbookError, match="not run by the cockpit"):
        resolve(made("const a = 1", Kind.COPY), {})


def test_the_folder_travels_with_the_command() -> None:
    command = build_command("ls", 1, annotations=Annotations(cwd="/opt"))
    assert resolve(command, {}) == ShellCommand("ls", cwd="/opt")


def test_a_person_reads_the_values() -> None:
    command = made("SELECT :'a1', :\"b2\", <c3>, <d4>", Kind.SQL)
    assert render(command, {"a1": "x'y", "b2": "t", "c3": "5\x1b[31m"}) == "SELECT 'x''y', \"t\", 5, <d4>"


def test_a_value_in_a_key_to_delete_is_never_a_glob() -> None:
    runbook = read_runbook("# P\n\n**Mitigation:**\n\n1. x\n\n   ```redis\n   DEL lock:<job> flag:*\n   ```\n", "p.md")
    command = runbook.procedures[0].steps[0].commands[0]
    assert resolve(command, {"job": "*"}) == RedisCommand(("DEL", r"lock:\*", "flag:*"))
