"""Plain shell text is read without the grammar, and comes out as the grammar has it."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cockpit.runbook.shell_plain import plain_commands
from cockpit.runbook.shell_syntax import by_grammar, read

WORDS = st.text(alphabet="ab0-=./:@%+,'\" |$;&#\\~*(<!{", max_size=8)


@settings(max_examples=600)
@given(st.lists(WORDS, min_size=1, max_size=6).map(" ".join))
@example("kubectl get pods -n a | grep -v 'x | y' | wc -l")
@example("ls 2 | x")
@example("0 a")
@example("a=b c")
@example('a --x=\'1\'"2" b="c d"')
@example("time ls")
@example("[ -f a ]")
@example("a |b")
@example("a 'b")
@example("a\nb")
@example("- a")
@example("+x | .")
@example("a@")
@example("ssh a@b c@")
def test_plain_text_is_read_as_the_grammar_reads_it(text: str) -> None:
    if plain_commands(text) is not None:
        assert read(text) == by_grammar(text)


@pytest.mark.parametrize(
    "text", ["a $b", "a > b", "a; b", "a && b", "if a", "a `b`", "a\nb", "a=b", "a | ", "a *", "a # b", "for x"]
)
def test_whatever_may_mean_more_is_left_to_the_grammar(text: str) -> None:
    assert plain_commands(text) is None


def test_a_pipeline_knows_what_feeds_what() -> None:
    first, second = read("grep -c 'a|b' log | sort -n").commands
    assert [word.text for word in first.words] == ["grep", "-c", "a|b", "log"]
    assert (first.piped_into, first.piped_from) == (True, None)
    assert (second.piped_into, second.piped_from) == (False, first)
