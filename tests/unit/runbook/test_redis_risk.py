"""Redis commands by the shipped table, and by the server's own word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.command_info import CommandInfo
from cockpit.model.risk import Risk
from cockpit.runbook.kinds import looks_like_redis
from cockpit.runbook.redis_risk import command_names, judge_redis, redis_risk


def info(*flags: str, categories: str = "", first_key: int = 1) -> CommandInfo:
    return CommandInfo("X", frozenset(flags), frozenset(categories.split()), first_key)


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        ("FCALL f 0", Risk.CHANGE),
        ("FCALL_RO f 0", Risk.CHANGE),
        ("EVAL 'return 1' 0", Risk.CHANGE),
        ("SORT a STORE b", Risk.CHANGE),
        ("SORT_RO a", Risk.READ),
        ("GETEX a EX 5", Risk.CHANGE),
        ("OBJECT ENCODING a", Risk.READ),
        ("OBJECT HELP", Risk.READ),
        ("OBJECT SOMETHING a", Risk.UNKNOWN),
        ("JSON.GET a", Risk.READ),
        ("JSON.SET a $ 1", Risk.CHANGE),
        ("FT.SEARCH i *", Risk.READ),
        ("FT.DROPINDEX i DD", Risk.HIGH),
        ("SHOP.COUNT a", Risk.UNKNOWN),
        ("<command> a", Risk.UNKNOWN),
    ],
)
def test_the_table_alone(text: str, risk: Risk) -> None:
    assert judge_redis(text).risk is risk


@pytest.mark.parametrize(
    ("words", "said", "risk"),
    [
        (["MYGET", "a"], info("readonly", "fast", categories="read fast"), Risk.READ),
        (["MYSET", "a"], info("write", categories="write"), Risk.CHANGE),
        (["WIPE"], info("write", categories="write dangerous", first_key=0), Risk.HIGH),
        (["MYSORT", "a"], info("write", categories="write dangerous"), Risk.CHANGE),
        (["MYKEYS", "*"], info("readonly", categories="read dangerous", first_key=0), Risk.HIGH),
        (["MYCONFIG"], info("admin", first_key=0), Risk.HIGH),
        (["MYPOP", "a"], info("readonly", "blocking"), Risk.UNKNOWN),
        (["SHOP.COUNT"], info(), Risk.UNKNOWN),
        (["GET", "a"], info("write", categories="write dangerous", first_key=0), Risk.HIGH),
        (["GET", "a"], info("admin", categories="dangerous"), Risk.READ),
        (["DEL", "a"], info("readonly"), Risk.CHANGE),
        (["FLUSHALL"], info("readonly"), Risk.HIGH),
        (["KEYS", "*"], info("readonly"), Risk.HIGH),
        (["XREAD", "BLOCK", "0"], info("readonly"), Risk.UNKNOWN),
        (["CLIENT", "LIST"], info("admin", categories="admin dangerous"), Risk.READ),
        ([], info("readonly"), Risk.UNKNOWN),
        (["NEW"], None, Risk.UNKNOWN),
    ],
)
def test_the_server_may_raise_and_may_tell_what_is_not_known(
    words: list[str], said: CommandInfo | None, risk: Risk
) -> None:
    verdict = redis_risk(words, said)
    assert verdict.risk is risk
    assert verdict.reason


@given(
    st.sampled_from(["GET", "SET", "DEL", "KEYS", "FLUSHALL", "CONFIG", "SORT", "EVAL", "PING", "SHUTDOWN"]),
    st.sets(st.sampled_from(["readonly", "write", "admin", "blocking", "pubsub", "fast"])),
    st.sets(st.sampled_from(["dangerous", "admin", "read", "write"])),
    st.integers(0, 2),
)
def test_no_word_of_the_server_lowers_what_the_table_knows(
    name: str, flags: set[str], categories: set[str], first_key: int
) -> None:
    words = [name, "a"]
    said = CommandInfo(name, frozenset(flags), frozenset(categories), first_key)
    table = redis_risk(words)
    if table.risk is not Risk.UNKNOWN:
        assert redis_risk(words, said).risk.rank >= table.risk.rank


def test_several_lines_take_the_worst_and_the_server_is_asked_by_name() -> None:
    text = "# look\nshop.count a\nOBJECT encoding a\n<command> x\n'\n"
    assert command_names(text) == ("SHOP.COUNT|A", "SHOP.COUNT", "OBJECT|ENCODING", "OBJECT")
    assert judge_redis("SHOP.COUNT a\nGET a", {"SHOP.COUNT": info("readonly")}).risk is Risk.READ
    assert judge_redis("SHOP.COUNT a\nSHOP.SET a", {"SHOP.COUNT": info("readonly")}).risk is Risk.UNKNOWN
    assert judge_redis("CONFIG NEW a", {"CONFIG": info("admin"), "CONFIG|NEW": info("write")}).risk is Risk.CHANGE


def test_commands_of_modules_look_like_redis() -> None:
    assert looks_like_redis("JSON.GET a")
    assert not looks_like_redis("README.MD a")
