"""Which steps take the value of a row."""

from __future__ import annotations

from cockpit.engine.takers import takers
from cockpit.runbook.reader import read_runbook

TEXT = """---
runbook:
  title: Locks
  inputs:
    key: {from: locks, pattern: "lock:[a-z]+"}
    odd: {from: locks, pattern: "("}
---
# Locks

## Locks

1. Look

   ```redis
   GET <key>
   ```

2. End the session

   ```sql
   SELECT pg_terminate_backend(<pid>)
   ```

3. Odd

   ```redis
   GET <odd>
   ```
"""


def names(source: str, value: str) -> list[tuple[str, str]]:
    book = read_runbook(TEXT, "locks.md", lambda target: True)
    pairs = [(book, procedure) for procedure in book.procedures]
    return [(taker.step.title, taker.name) for taker in takers(pairs, source, value)]


def test_a_step_takes_what_its_input_says_and_its_pattern_allows() -> None:
    assert names("locks", "lock:cron") == [("Look", "key")]
    assert names("locks", "LOCK 1") == []


def test_an_input_that_nobody_described_is_known_by_its_name() -> None:
    assert names("backends", "4711") == [("End the session", "pid")]
    assert names("containers", "api") == []
