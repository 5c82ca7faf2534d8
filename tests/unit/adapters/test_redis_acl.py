from __future__ import annotations

import pytest

from cockpit.adapters.redis_acl import known_commands, permitted, rules_of
from cockpit.config.observer import REDIS_RULES

REPLY = [
    [b"get", 2, [b"readonly"], 1, 1, 1, [b"@read", b"@string"]],
    [b"set", -3, [b"write"], 1, 1, 1, [b"@write", b"@string"]],
    [b"sort", -2, [b"write"], 1, 1, 1, [b"@write", b"@dangerous"]],
    [b"eval", -3, [b"noscript"], 0, 0, 0, [b"@scripting"]],
    [b"publish", 3, [b"pubsub"], 0, 0, 0, [b"@pubsub"]],
    [b"info", -1, [b"loading"], 0, 0, 0, [b"@dangerous"]],
    [b"slowlog", -2, [b"admin"], 0, 0, 0, [b"@admin", b"@dangerous"]],
    [
        *(b"config", -2, [], 0, 0, 0, [], [], []),
        [
            [b"config|get", -3, [b"admin"], 0, 0, 0, [b"@admin", b"@dangerous"]],
            [b"config|set", -4, [b"admin"], 0, 0, 0, [b"@admin", b"@dangerous"]],
        ],
    ],
]


@pytest.mark.parametrize(
    ("rules", "kinds"),
    [
        (REDIS_RULES, set[str]()),
        ("+@all", {"set", "sort", "eval", "publish", "slowlog", "config|set"}),
        ("allcommands -@write -@dangerous", {"eval", "publish"}),
        ("-@all +@write -@dangerous", {"set"}),
        ("-@all +config|get", set[str]()),
        ("-@all +config", {"config|set"}),
        ("-@all +CONFIG|SET", {"config|set"}),
        ("-@all +slowlog|len", set[str]()),
        ("-@all +slowlog|reset", {"slowlog"}),
        ("+@all nocommands +set", {"set"}),
        ("", set[str]()),
    ],
)
def test_the_last_rule_about_a_command_decides(rules: str, kinds: set[str]) -> None:
    assert {command.name for command in permitted(known_commands(REPLY), [rules]) if command.kind} == kinds


def test_a_selector_lets_through_what_the_account_itself_may_not() -> None:
    reply = [b"flags", [b"on"], b"commands", b"-@all +get", b"selectors", [[b"commands", b"+set", b"keys", b"~a"]]]
    assert rules_of(reply) == ("-@all +get", "+set")
    assert [command.name for command in permitted(known_commands(REPLY), rules_of(reply))] == ["get", "set"]


def test_nonsense_is_no_command() -> None:
    assert known_commands(None) == ()
    assert known_commands([[b"x"], [], "y", [b"z", 1, None, 0]]) != ()
    assert rules_of(b"nothing") == ()
