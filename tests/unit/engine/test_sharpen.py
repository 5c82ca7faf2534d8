"""What the server says of its commands, taken into a run."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from cockpit.engine.board import Board
from cockpit.engine.runner import Runner
from cockpit.model.answers import Answer
from cockpit.model.command_info import CommandInfo
from cockpit.model.errors import SourceUnreachable
from cockpit.model.masking import Masker
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.risk import Risk
from cockpit.runbook.reader import read_runbook
from tests.support.clock import FixedClock
from tests.support.edges import FakeReader

pytestmark = pytest.mark.anyio
KV = SourceId(SourceKind.REDIS, "kv")
TEXT = """# Stuck

**Response:**

```redis
SHOP.COUNT a
```

```redis {"risk":"high"}
SHOP.COUNT b
```

```redis
GET a
```

```redis
FLUSHALL
```

```redis
NOBODY knows
```
"""


class Telling(FakeReader):
    """A reader whose server knows three commands."""

    def __init__(self, known: dict[str, CommandInfo] | BaseException, slow: bool = False) -> None:
        super().__init__(KV, [Answer()])
        self.known = known
        self.slow = slow
        self.names: list[tuple[str, ...]] = []

    async def command_info(self, names: Sequence[str]) -> Mapping[str, CommandInfo]:
        self.names.append(tuple(names))
        if self.slow:
            await asyncio.sleep(60)
        if isinstance(self.known, BaseException):
            raise self.known
        return {name: self.known[name] for name in names if name in self.known}


def info(name: str, *flags: str) -> CommandInfo:
    return CommandInfo(name, frozenset(flags), first_key=1)


async def risks(reader: FakeReader) -> list[Risk]:
    runner = Runner((KV,), {KV: reader}, Board(), None, FixedClock(), Masker(), lambda: "")
    book = read_runbook(TEXT, "a.md")
    run = await runner.start(book, book.procedures[0])
    assert [step.id for step in run.procedure.steps] == [step.id for step in book.procedures[0].steps]
    return [command.risk for step in run.procedure.steps for command in step.commands]


BY_TABLE = [Risk.UNKNOWN, Risk.HIGH, Risk.READ, Risk.HIGH, Risk.UNKNOWN]


async def test_the_server_tells_what_the_table_does_not_know_and_raises_what_it_does() -> None:
    reader = Telling(
        {
            "SHOP.COUNT": info("SHOP.COUNT", "readonly"),
            "GET": info("GET", "write"),
            "FLUSHALL": info("FLUSHALL", "readonly"),
        }
    )
    assert await risks(reader) == [Risk.READ, Risk.HIGH, Risk.CHANGE, Risk.HIGH, Risk.UNKNOWN]
    assert len(reader.names) == 1
    assert {"SHOP.COUNT", "GET", "FLUSHALL", "NOBODY"} <= set(reader.names[0])


@pytest.mark.parametrize(
    "reader",
    [FakeReader(KV, [Answer()]), Telling(SourceUnreachable("gone")), Telling({}, slow=True), Telling({})],
    ids=["has no word", "is gone", "is slow", "knows nothing"],
)
async def test_without_its_word_the_table_stands(reader: FakeReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.engine.sharpen.LIMIT", 0.01)
    assert await risks(reader) == BY_TABLE


async def test_a_runbook_for_a_server_that_is_not_configured_can_be_opened() -> None:
    runner = Runner((), {}, Board(), None, FixedClock(), Masker(), lambda: "")
    book = read_runbook(TEXT, "a.md")
    assert (await runner.start(book, book.procedures[0])).procedure == book.procedures[0]
