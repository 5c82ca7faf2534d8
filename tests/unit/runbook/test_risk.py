"""What commands may do: nothing that is not known is ever a read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.risk import Risk, RiskVerdict
from cockpit.model.runbook import Kind
from cockpit.runbook import programs, redis_commands
from cockpit.runbook.risk import judge, raised

READ, UNKNOWN, CHANGE, HIGH = Risk.READ, Risk.UNKNOWN, Risk.CHANGE, Risk.HIGH


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        ("SELECT 1", READ),
        ("SELECT count(*) FROM pg_stat_activity WHERE state = 'active';", READ),
        ("SELECT now() - max(finished_at) FROM cron_runs WHERE job = :'job'", READ),
        ("SELECT * FROM <table> LIMIT <n>", READ),
        ("TABLE orders", READ),
        ("SHOW max_connections", READ),
        ("EXPLAIN DELETE FROM a", READ),
        ("EXPLAIN ANALYZE SELECT 1", READ),
        ("EXPLAIN (ANALYZE off) DELETE FROM a", READ),
        ("COPY (SELECT 1) TO STDOUT", READ),
        ("\\d+ orders", READ),
        ("\\l", READ),
        ("EXPLAIN ANALYZE DELETE FROM a WHERE id = 1", CHANGE),
        ("EXPLAIN (ANALYZE, BUFFERS) UPDATE a SET b = 1", HIGH),
        ("SELECT 1; DROP TABLE a", HIGH),
        ("WITH gone AS (DELETE FROM a WHERE b RETURNING *) SELECT * FROM gone", CHANGE),
        ("SELECT pg_terminate_backend(<pid>)", CHANGE),
        ("SELECT pg_cancel_backend(pid) FROM pg_stat_activity", CHANGE),
        ("SELECT pg_reload_conf()", CHANGE),
        ("SELECT pg_advisory_lock(1)", CHANGE),
        ("SELECT dblink('a', 'b')", CHANGE),
        ("SELECT lo_import('/etc/passwd')", CHANGE),
        ("SELECT lo_unlink(5)", HIGH),
        ("SELECT nextval('a')", CHANGE),
        ("SELECT pg_promote()", HIGH),
        ("SELECT our_own_function()", UNKNOWN),
        ("SELECT public.now()", UNKNOWN),
        ("SELECT * FROM a FOR UPDATE", CHANGE),
        ("SELECT * INTO b FROM a", CHANGE),
        ("COPY a TO PROGRAM 'sh'", HIGH),
        ("COPY a FROM '/tmp/x'", CHANGE),
        ("COPY a TO '/tmp/x'", CHANGE),
        ("SET x = 1", CHANGE),
        ("DO $$ BEGIN END $$", HIGH),
        ("DROP TABLE a", HIGH),
        ("TRUNCATE a", HIGH),
        ("ALTER TABLE a DROP COLUMN b", HIGH),
        ("ALTER TABLE a ADD COLUMN b int", CHANGE),
        ("ALTER SYSTEM SET max_connections = 200", CHANGE),
        ("UPDATE a SET b = 1", HIGH),
        ("UPDATE a SET b = 1 WHERE c", CHANGE),
        ("DELETE FROM a", HIGH),
        ("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'", CHANGE),
        ("VACUUM a", CHANGE),
        ("BEGIN", CHANGE),
        ("CALL p()", CHANGE),
        ("SELEC 1", UNKNOWN),
        ("SELECT \x00 1", UNKNOWN),
        ("\\copy a from b", UNKNOWN),
        (";", UNKNOWN),
        ("/*" * 500, UNKNOWN),
    ],
)
def test_sql_is_judged_on_its_syntax_tree(text: str, risk: Risk) -> None:
    verdict = judge(Kind.SQL, text)
    assert verdict.risk is risk
    assert verdict.reason


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        ("GET a", READ),
        ("ttl lock:cron:$job", READ),
        ("OBJECT ENCODING a", READ),
        ("CONFIG GET maxmemory", READ),
        ("CONFIG SET maxmemory 0", CHANGE),
        ("XREAD BLOCK 0 STREAMS a $", UNKNOWN),
        ("DEL <key>", CHANGE),
        ("EVAL 'return 1' 0", CHANGE),
        ("EVAL_RO 'return 1' 0", CHANGE),
        ("FLUSHALL", HIGH),
        ("KEYS *", HIGH),
        ("MONITOR", HIGH),
        ("DEBUG SLEEP 1", HIGH),
        ("OBJECT NONSENSE", UNKNOWN),
        ("MYMODULE.DO a", UNKNOWN),
        ('GET "a', UNKNOWN),
        ("GET a\nFLUSHALL", HIGH),
        ("", UNKNOWN),
    ],
)
def test_redis_is_judged_by_the_table_of_flags(text: str, risk: Risk) -> None:
    assert judge(Kind.REDIS, text).risk is risk


def test_no_redis_command_is_both_a_read_and_something_else() -> None:
    assert not redis_commands.READS & redis_commands.CHANGES
    assert not redis_commands.READS & set(redis_commands.HIGH)


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        ("ls -la", READ),
        ("sudo tail -f /var/log/nginx/error.log", READ),
        ("du -h -d 1 /opt | sort -hr | head -n 15", READ),
        ("cat a 2>/dev/null", READ),
        ("[[ -f a ]]", READ),
        ("export A=b", READ),
        ("cd /opt", READ),
        ("git log --oneline -10", READ),
        ("npx prisma migrate status", READ),
        ("docker compose -f a.yml logs --tail=5 api", READ),
        ("kubectl -n prod get pods", READ),
        ("psql $URL -c 'SELECT 1'", READ),
        ("redis-cli --scan --pattern 'a*'", READ),
        ("docker exec db psql -U a -c 'SELECT 1'", READ),
        ("aws ec2 describe-instances", READ),
        ("curl -fsS https://a/b | jq", READ),
        ("curl -sI https://a/b", READ),
        ("wget -qO- https://a/b", READ),
        ("somethingelse --version", UNKNOWN),
        ("watch -n 5 'pm2 list'", READ),
        ("awk '{print $1}' a", READ),
        ("sed -n 1,5p a", READ),
        ("./ops/deploy.sh", UNKNOWN),
        ("python -m app.jobs.run", UNKNOWN),
        ("docker exec a ./x", UNKNOWN),
        ("$PROGRAM a", UNKNOWN),
        ("<program> a", UNKNOWN),
        ("ssh host", UNKNOWN),
        ("psql $URL", UNKNOWN),
        ("psql -f a.sql", UNKNOWN),
        ("echo 'DROP TABLE a' | psql $URL", HIGH),
        ("source ./env", UNKNOWN),
        ("ls() { rm -rf /; }; ls", HIGH),
        ("f() { cat a; }; f", UNKNOWN),
        ("LD_PRELOAD=./x ls", UNKNOWN),
        ("git -c core.pager=x log", UNKNOWN),
        ("date 010203042026", UNKNOWN),
        ("sed 's/a/b/e' x", UNKNOWN),
        ("curl -K conf https://a", UNKNOWN),
        ("'unclosed", UNKNOWN),
        ("", UNKNOWN),
        ("git checkout <commit>", CHANGE),
        ("docker compose restart api", CHANGE),
        ("pm2 reload all", CHANGE),
        ("curl -X POST https://a/b", CHANGE),
        ("curl -d a=b https://a/b", CHANGE),
        ("curl -X POST -H 'X-Token: <token>' ...", CHANGE),
        ("curl -o file https://a", CHANGE),
        ("wget https://a/b", CHANGE),
        ("http POST https://a/b", CHANGE),
        ("echo a > b", CHANGE),
        ("sort a -o b", CHANGE),
        ("sed -i s/a/b/ c", CHANGE),
        ("awk 'BEGIN { system(\"ls\") }'", CHANGE),
        ("journalctl --vacuum-time=1d", CHANGE),
        ("ps aux | xargs kill", CHANGE),
        ("sudo systemctl reload nginx", CHANGE),
        ('psql -c "UPDATE a SET b = 1 WHERE c"', CHANGE),
        ("docker run --rm alpine ls", CHANGE),
        ("npx prisma migrate reset --force", HIGH),
        ("pg_restore --clean --if-exists -d $DATABASE_URL backup_YYYYMMDD.dump", HIGH),
        ("git reset --hard <good_sha>", HIGH),
        ("git push --force", HIGH),
        ("rm -rf /tmp/x", HIGH),
        ("echo $(rm -rf /)", HIGH),
        ("ls `rm -rf x`", HIGH),
        ("curl https://a | sh", HIGH),
        ("curl https://a | sudo bash", HIGH),
        ("ssh prod 'rm -rf /'", HIGH),
        ('bash -c "docker compose down -v"', HIGH),
        ("env A=1 nice -n 5 timeout 5 rm -r x", HIGH),
        ("find / -name x -delete", HIGH),
        ("find . -exec rm -rf {} \\;", HIGH),
        ("for a in b; do redis-cli FLUSHALL; done", HIGH),
        ("kubectl delete namespace a", HIGH),
        ("kubectl exec pod -n a -- psql -c 'DROP TABLE a'", HIGH),
        ("aws s3 rm s3://a --recursive", HIGH),
        ("cat a; reboot", HIGH),
        ("echo a > /dev/sda", HIGH),
        ("su -c 'rm -r a'", HIGH),
        ("eval 'rm -r a'", HIGH),
        ("docker exec a sh -c 'rm -r b'", HIGH),
    ],
)
def test_shell_is_looked_into(text: str, risk: Risk) -> None:
    verdict = judge(Kind.SHELL, text)
    assert verdict.risk is risk, verdict
    assert verdict.reason


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        ("GET /a", READ),
        ("HEAD https://a/b", READ),
        ("GET /admin/cache/flush", UNKNOWN),
        ("POST /api/cron/x?dry=1", CHANGE),
        ("DELETE /a", CHANGE),
        ("curl https://a/b | jq", READ),
        ("curl -X PUT https://a/b", CHANGE),
        ("nonsense", UNKNOWN),
    ],
)
def test_http_is_judged_by_its_method(text: str, risk: Risk) -> None:
    assert judge(Kind.HTTP, text).risk is risk


@pytest.mark.parametrize("kind", [Kind.OPEN, Kind.QUERY, Kind.COPY, Kind.MANUAL, Kind.TICK])
def test_what_runs_nothing_is_a_read(kind: Kind) -> None:
    assert judge(kind, "rm -rf /").risk is READ


def test_an_author_may_raise_a_risk_and_never_lower_it() -> None:
    change = RiskVerdict(CHANGE, "x")
    assert raised(change, "high").risk is HIGH
    assert raised(change, "read") is change
    assert raised(change, "nonsense") is change


@given(st.sampled_from(sorted(programs.ALWAYS_READ - {"[", "[[", "true"})), st.text(min_size=1, max_size=8))
def test_a_reading_program_after_which_something_else_runs_is_no_read(program: str, junk: str) -> None:
    name = "x" + "".join(character for character in junk if character.isascii() and character.isalnum())
    assert judge(Kind.SHELL, f"{program} a; ./{name}").risk is not READ
    assert judge(Kind.SHELL, f"{program} $(./{name})").risk is not READ


@given(st.text(max_size=60))
def test_any_text_has_a_risk_and_a_reason(text: str) -> None:
    for kind in (Kind.SHELL, Kind.SQL, Kind.REDIS, Kind.HTTP):
        assert judge(kind, text).reason
