"""Cancel and terminate, on real sessions."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from cockpit.adapters import postgres_signals
from cockpit.adapters.postgres_executor import PostgresExecutor
from cockpit.model.errors import SourceError, SourceRefused
from cockpit.model.identities import BackendIdentity, BackendsIdentity
from cockpit.model.operations import CancelBackends, SignalMatchingBackends, TerminateBackends
from cockpit.model.outcomes import OutcomeKind
from cockpit.runbook.sql_risk import judge_sql
from cockpit.sandbox.postgres_server import PostgresServer
from tests.support.permits import permit_for
from tests.support.postgres import MAIN, connection_to, eventually, running, running_version, session

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", params=["bundled", "15", "13"])
def server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    with running_version(request.param) as server:
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute("CREATE TABLE accounts (id int PRIMARY KEY, balance int)")
            admin.execute("INSERT INTO accounts SELECT n, 100 FROM generate_series(1, 10) n")
            for role in ("shop", "operator", "weak", "blind"):
                admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{role}'".encode())
            admin.execute("GRANT ALL ON accounts TO shop")
            admin.execute("GRANT pg_monitor, pg_signal_backend TO operator")
            admin.execute("GRANT pg_monitor TO weak")
        yield server


def url(server: PostgresServer, role: str) -> str:
    return server.address(role, role, "postgres")


@pytest.fixture
async def executor(server: PostgresServer) -> AsyncIterator[PostgresExecutor]:
    executor = PostgresExecutor(connection_to(url(server, "operator")), judge_sql)
    yield executor
    await executor.close()


async def identity_of(server: PostgresServer, connection: psycopg.AsyncConnection) -> BackendIdentity:
    pid = connection.info.backend_pid
    async with session(server.url, "looker") as admin:
        cursor = await admin.execute("SELECT backend_start FROM pg_stat_activity WHERE pid = %s", (pid,))
        [start] = await cursor.fetchone() or [None]
    assert start is not None
    return BackendIdentity(pid, start)


async def wait_until_active(server: PostgresServer, pid: int) -> None:
    async with session(server.url, "looker") as admin:

        async def look() -> bool:
            cursor = await admin.execute("SELECT state = 'active' FROM pg_stat_activity WHERE pid = %s", (pid,))
            return await cursor.fetchone() == (True,)

        await eventually(look, "an active session")


async def test_a_blocking_session_is_shown_ended_and_frees_its_waiters(
    server: PostgresServer, executor: PostgresExecutor
) -> None:
    async with session(url(server, "shop"), "export") as head, session(url(server, "shop"), "api") as waiter:
        await head.execute("BEGIN")
        await head.execute("UPDATE accounts SET balance = 0 WHERE id = 1")
        who = await identity_of(server, head)
        async with running(waiter, "UPDATE accounts SET balance = 1 WHERE id = 1") as waiting:
            await wait_until_active(server, waiter.info.backend_pid)

            async def blocks() -> bool:
                return "frees 1 waiter" in (await executor.prepare(TerminateBackends((who,)))).preview.effect

            await eventually(blocks, "a waiter")
            prepared = await executor.prepare(TerminateBackends((who,)))
            facts = {fact.label: fact.value for fact in prepared.preview.facts}
            assert prepared.preview.effect == f"will end session {who.pid}, frees 1 waiter"
            assert (facts["user"], facts["database"], facts["application"]) == ("shop", "postgres", "export")
            assert (facts["client"], facts["state"]) == ("127.0.0.1", "idle in transaction")
            assert facts["query"] == "UPDATE accounts SET balance = 0 WHERE id = 1"
            assert facts["transaction open for"].endswith("s")
            assert (prepared.identity, prepared.target, prepared.preview.count) == (who, str(who.pid), 1)
            assert await executor.identify(prepared.operation) == who
            assert "waits itself" not in facts
            victim = await executor.prepare(TerminateBackends((await identity_of(server, waiter),)))
            said = {fact.label: fact.value for fact in victim.preview.facts}
            assert said["waits itself"] == f"for {who.pid}: that one holds up the others, and goes on doing so"
            assert not waiting.done()
            outcome = await executor.execute(permit_for(MAIN, prepared.operation, prepared.identity))
            assert (outcome.kind, outcome.reason) == (OutcomeKind.SUCCEEDED, "1 session ended.")
            assert await asyncio.wait_for(waiting, 5) == "done"
        assert await executor.identify(prepared.operation) is None
        again = await executor.execute(permit_for(MAIN, prepared.operation, prepared.identity))
        assert again.kind is OutcomeKind.REFUSED
        assert "already gone, or its pid was reused" in again.reason


async def test_a_reused_pid_is_never_signalled(server: PostgresServer, executor: PostgresExecutor) -> None:
    async with session(url(server, "shop")) as other:
        who = await identity_of(server, other)
        stale = replace(who, backend_start=who.backend_start - timedelta(microseconds=1))
        for operation in (TerminateBackends((stale,)), CancelBackends((stale,))):
            with pytest.raises(SourceError, match="no session of those is left"):
                await executor.prepare(operation)
            assert await executor.identify(operation) == who
            outcome = await executor.execute(permit_for(MAIN, operation, stale))
            assert outcome.kind is OutcomeKind.REFUSED
        await other.execute("SELECT 1")


async def test_a_running_query_is_cancelled_and_its_session_lives(
    server: PostgresServer, executor: PostgresExecutor
) -> None:
    async with (
        session(url(server, "shop")) as other,
        running(other, "SELECT pg_sleep(60)") as query,
    ):
        await wait_until_active(server, other.info.backend_pid)
        who = await identity_of(server, other)
        prepared = await executor.prepare(CancelBackends((who,)))
        assert prepared.preview.effect == f"will cancel the query of session {who.pid}, frees no waiter"
        outcome = await executor.execute(permit_for(MAIN, prepared.operation, prepared.identity))
        assert (outcome.kind, outcome.reason) == (OutcomeKind.SUCCEEDED, "1 query cancelled.")
        assert "canceling statement due to user request" in await asyncio.wait_for(query, 5)
        await other.execute("SELECT 1")


async def test_cancelling_a_session_that_runs_nothing_is_said_to_do_nothing(
    server: PostgresServer, executor: PostgresExecutor
) -> None:
    async with session(url(server, "shop")) as other:
        await other.execute("BEGIN")
        who = await identity_of(server, other)
        prepared = await executor.prepare(CancelBackends((who,)))
        labels = [fact.label for fact in prepared.preview.facts]
        assert "runs no query now" in labels
        outcome = await executor.execute(permit_for(MAIN, prepared.operation, prepared.identity))
        assert outcome.results[0].detail == "it was idle in transaction and ran no query, so nothing changed"


async def test_sessions_are_matched_into_an_exact_list(server: PostgresServer, executor: PostgresExecutor) -> None:
    async with (
        session(url(server, "shop"), "report-export") as first,
        session(url(server, "shop"), "report-export") as second,
        session(url(server, "shop"), "api") as bystander,
    ):
        wanted = {await identity_of(server, first), await identity_of(server, second)}
        matching = SignalMatchingBackends(
            True,
            "application_name = %(app)s AND now() - backend_start >= %(age)s::interval AND usename LIKE 'sh%%'",
            (("app", "report-export"), ("age", "0 s")),
        )
        prepared = await executor.prepare(matching)
        assert isinstance(prepared.operation, TerminateBackends)
        assert set(prepared.operation.backends) == wanted
        assert isinstance(prepared.identity, BackendsIdentity)
        assert (prepared.target, prepared.preview.count) == ("2 sessions", 2)
        assert prepared.preview.effect == "will end 2 sessions, frees no waiter"
        assert all("shop@postgres report-export" in line for line in prepared.preview.targets)
        assert await executor.identify(prepared.operation) == prepared.identity
        async with session(url(server, "shop"), "report-export") as late:
            outcome = await executor.execute(permit_for(MAIN, prepared.operation, prepared.identity))
            assert (outcome.kind, outcome.reason) == (OutcomeKind.SUCCEEDED, "2 sessions ended.")
            assert {result.kind for result in outcome.results} == {OutcomeKind.SUCCEEDED}
            await late.execute("SELECT 1")
        await bystander.execute("SELECT 1")


async def test_a_cancel_can_match_too(server: PostgresServer, executor: PostgresExecutor) -> None:
    async with session(url(server, "shop"), "slow") as other, running(other, "SELECT pg_sleep(60)") as query:
        await wait_until_active(server, other.info.backend_pid)
        matching = SignalMatchingBackends(False, "pid = %(pid)s", (("pid", str(other.info.backend_pid)),))
        prepared = await executor.prepare(matching)
        assert isinstance(prepared.operation, CancelBackends)
        await executor.execute(permit_for(MAIN, prepared.operation, prepared.identity))
        assert "user request" in await asyncio.wait_for(query, 5)


async def test_those_that_are_gone_are_left_out_and_counted(server: PostgresServer, executor: PostgresExecutor) -> None:
    async with session(url(server, "shop")) as stays:
        async with session(url(server, "shop")) as goes:
            both = (await identity_of(server, stays), await identity_of(server, goes))

        async def gone() -> bool:
            return await executor.identify(TerminateBackends(both)) == both[0]

        await eventually(gone, "the end of a session")
        prepared = await executor.prepare(TerminateBackends(both))
        assert prepared.operation == TerminateBackends(both[:1])
        assert {fact.label: fact.value for fact in prepared.preview.facts}["already gone"] == "1 session"
        outcome = await executor.execute(permit_for(MAIN, TerminateBackends(both), BackendsIdentity(both)))
        assert outcome.kind is OutcomeKind.SUCCEEDED
        assert outcome.reason == f"1 session ended; pid {both[1].pid}: already gone, or its pid was reused."


async def test_nothing_matches(executor: PostgresExecutor) -> None:
    with pytest.raises(SourceError, match="no session matches the condition now"):
        await executor.prepare(SignalMatchingBackends(True, "application_name = 'nobody'"))


async def test_the_cockpits_own_sessions_never_match(server: PostgresServer, executor: PostgresExecutor) -> None:
    other = connection_to(url(server, "operator"))
    await other.run(lambda live: live.execute("SELECT 1"), 5.0)
    with pytest.raises(SourceError, match="no session matches"):
        await executor.prepare(SignalMatchingBackends(True, "usename = 'operator'"))
    await other.close()


@pytest.mark.parametrize(
    "where",
    ["pg_terminate_backend(pid)", "pg_cancel_backend(pid) OR true", "nextval('x') > 0", "my_own_function(pid)"],
)
async def test_a_condition_that_does_more_than_read_is_not_asked(executor: PostgresExecutor, where: str) -> None:
    with pytest.raises(SourceRefused, match="before it is confirmed"):
        await executor.prepare(SignalMatchingBackends(True, where))


@pytest.mark.parametrize("where", ["true; SELECT 1", "true) OR (true", "true) --", "(true", "true); SELECT (1", "1 ="])
async def test_a_condition_that_is_none_is_refused(executor: PostgresExecutor, where: str) -> None:
    with pytest.raises(SourceRefused, match=r"parser does not accept|2 statements"):
        await executor.prepare(SignalMatchingBackends(True, where))


async def test_a_missing_right_names_the_grant(server: PostgresServer) -> None:
    weak = PostgresExecutor(connection_to(url(server, "weak")), judge_sql)
    async with session(url(server, "shop")) as other:
        who = await identity_of(server, other)
        outcome = await weak.execute(permit_for(MAIN, TerminateBackends((who,)), who))
        assert outcome.kind is OutcomeKind.FAILED
        assert "GRANT pg_signal_backend" in outcome.reason
        await other.execute("SELECT 1")
    await weak.close()


async def test_a_superusers_session_stays(server: PostgresServer, executor: PostgresExecutor) -> None:
    async with session(server.url) as other:
        who = await identity_of(server, other)
        outcome = await executor.execute(permit_for(MAIN, TerminateBackends((who,)), who))
        assert outcome.kind is OutcomeKind.FAILED
        assert "superuser" in outcome.reason.lower()
        await other.execute("SELECT 1")


async def test_a_signal_that_will_be_refused_is_said_on_the_card_with_the_grant(server: PostgresServer) -> None:
    weak = PostgresExecutor(connection_to(url(server, "weak")), judge_sql)
    async with session(url(server, "shop"), "theirs") as theirs, session(server.url, "superuser") as above:
        mine = await identity_of(server, theirs)
        both = TerminateBackends((mine, await identity_of(server, above)))
        fact = (await weak.prepare(both)).preview.facts[0]
        assert fact.label == "will be refused"
        assert f"only a superuser may signal {above.info.backend_pid}, which" in fact.value
        assert fact.value.endswith(
            "may not signal 1 session of shop; a superuser can run: GRANT pg_signal_backend TO weak"
        )
        own = (await weak.prepare(CancelBackends((mine,)))).preview
        assert "superuser may signal" not in own.facts[0].value
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute("GRANT shop TO weak")
        helped = (await weak.prepare(CancelBackends((mine,)))).preview
        assert "will be refused" not in [one.label for one in helped.facts]
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute("REVOKE shop FROM weak")
    await weak.close()


async def test_a_role_that_sees_no_starts_is_told_so(server: PostgresServer) -> None:
    blind = PostgresExecutor(connection_to(url(server, "blind")), judge_sql)
    async with session(url(server, "shop"), "unseen"):
        with pytest.raises(SourceRefused, match="GRANT pg_monitor"):
            await blind.prepare(SignalMatchingBackends(True, "application_name = 'unseen'"))
    await blind.close()


async def test_a_session_that_does_not_react_is_unknown(
    server: PostgresServer, executor: PostgresExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_signals, "SETTLE", 0.3)
    async with session(url(server, "shop")) as other:
        who = await identity_of(server, other)
        os.kill(who.pid, signal.SIGSTOP)
        try:
            outcome = await executor.execute(permit_for(MAIN, TerminateBackends((who,)), who))
        finally:
            os.kill(who.pid, signal.SIGCONT)
        assert outcome.kind is OutcomeKind.UNKNOWN
        assert "signalled, and still there" in outcome.reason


async def test_a_query_that_goes_on_after_a_cancel_is_unknown(
    server: PostgresServer, executor: PostgresExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_signals, "SETTLE", 0.3)
    async with session(url(server, "shop")) as other, running(other, "SELECT pg_sleep(60)") as query:
        await wait_until_active(server, other.info.backend_pid)
        who = await identity_of(server, other)
        os.kill(who.pid, signal.SIGSTOP)
        try:
            outcome = await executor.execute(permit_for(MAIN, CancelBackends((who,)), who))
        finally:
            os.kill(who.pid, signal.SIGCONT)
        assert outcome.kind is OutcomeKind.UNKNOWN
        assert "user request" in await asyncio.wait_for(query, 5)


async def test_a_line_that_breaks_leaves_no_target_without_a_result(server: PostgresServer) -> None:
    executor = PostgresExecutor(connection_to(server.url), judge_sql)
    async with session(server.url) as first, session(server.url) as second:
        both = (await identity_of(server, first), await identity_of(server, second))
        await executor.execute(permit_for(MAIN, CancelBackends(both), BackendsIdentity(both)))
        async with session(server.url) as admin:
            ours = "FROM pg_stat_activity WHERE application_name = 'cockpit'"
            await admin.execute(f"SELECT pg_terminate_backend(pid) {ours}".encode())

            async def gone() -> bool:
                return await (await admin.execute(f"SELECT count(*) {ours}".encode())).fetchone() == (0,)

            await eventually(gone, "the end of our sessions")
        outcome = await executor.execute(permit_for(MAIN, TerminateBackends(both), BackendsIdentity(both)))
        assert len(outcome.results) == 2
        assert [result.kind for result in outcome.results] == [OutcomeKind.UNKNOWN, OutcomeKind.FAILED]
        assert outcome.kind is OutcomeKind.UNKNOWN
        assert outcome.results[1].detail.startswith("not signalled")
    await executor.close()


async def test_what_is_not_its_own_is_refused(executor: PostgresExecutor) -> None:
    from cockpit.model.operations import RedisCommand

    for call in (executor.prepare, executor.identify):
        with pytest.raises(SourceRefused, match="cannot carry out a RedisCommand"):
            await call(RedisCommand(("DEL", "x")))
    outcome = await executor.execute(permit_for(MAIN, RedisCommand(("DEL", "x"))))
    assert outcome.kind is OutcomeKind.FAILED
    with pytest.raises(SourceRefused):
        await executor.identify(SignalMatchingBackends(True, "true"))
