"""The library follows the disk."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from cockpit.adapters.pool import BlockingPool
from cockpit.engine import librarian as librarian_module
from cockpit.engine.librarian import Librarian
from cockpit.engine.library import Library
from cockpit.engine.roots import look_at
from tests.support.awaiting import until

TEXT = "# {0}\n\n## {0}\n\n**Diagnosis:**\n\n1. Look\n\n   ```sql\n   SELECT 1\n   ```\n"


@asynccontextmanager
async def keeper(*paths: Path, urgent: Callable[[], frozenset[str]] = frozenset) -> AsyncIterator[Librarian]:
    found = Librarian(Library(), paths, BlockingPool("test", 2), urgent)
    try:
        yield found
    finally:
        await found.stop()


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / f"{name}.md").write_text(TEXT.format(name))


def titles(keeper: Librarian) -> list[str]:
    return [book.title for book in keeper.library.runbooks]


@pytest.mark.anyio
async def test_it_reads_what_is_there_and_says_how_far_it_is(tmp_path: Path) -> None:
    write(tmp_path, "a", "b", "c")
    async with keeper(tmp_path, tmp_path / "gone") as found:
        ahead: list[int] = []
        found.changed = lambda: ahead.append(found.library.ahead)
        before = sys.getswitchinterval()
        await found.once()
        assert titles(found) == ["a", "b", "c"]
        assert {3, 2, 1, 0} <= set(ahead)
        assert [place.path.name for place in found.library.missing] == ["gone"]
        assert sys.getswitchinterval() == before
        assert await found.filled(1.0)


@pytest.mark.anyio
async def test_a_changed_a_new_and_a_vanished_file_are_taken_in(tmp_path: Path) -> None:
    write(tmp_path, "a", "b", "d")
    async with keeper(tmp_path) as found:
        await found.once()
        kept, version = found.library.runbooks[1], found.library.version
        await found.once()
        assert found.library.version == version
        (tmp_path / "a.md").write_text(TEXT.format("another"))
        write(tmp_path, "c")
        (tmp_path / "d.md").unlink()
        await found.once()
        assert titles(found) == ["another", "b", "c"]
        assert found.library.runbooks[1] is kept
        assert found.library.at(str(tmp_path / "d.md")) is None


@pytest.mark.anyio
async def test_a_file_that_does_not_read_is_said_until_it_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a")
    monkeypatch.setattr("cockpit.engine.library.SIZE_CAP", 10)
    async with keeper(tmp_path) as found:
        await found.once()
        assert titles(found) == []
        assert "larger than 10 bytes" in found.library.errors[0].reason
        monkeypatch.setattr("cockpit.engine.library.SIZE_CAP", 1_000_000)
        (tmp_path / "a.md").write_text(TEXT.format("mended"))
        await found.once()
        assert titles(found) == ["mended"]
        assert found.library.errors == []


@pytest.mark.anyio
async def test_a_place_that_hangs_is_said_and_keeps_what_was_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a")
    async with keeper(tmp_path) as found:
        await found.once()
        real, release = look_at, threading.Event()

        def hang(path: Path) -> object:
            release.wait(10)
            return real(path)

        monkeypatch.setattr(librarian_module, "look_at", hang)
        monkeypatch.setattr(librarian_module, "LOOK_DEADLINE", 0.05)
        await found.once()
        assert "has not answered" in found.library.places[0].trouble
        assert titles(found) == ["a"]
        await found.once()  # It is not asked again while it hangs.
        assert titles(found) == ["a"]
        release.set()
        monkeypatch.setattr(librarian_module, "LOOK_DEADLINE", 5.0)
        await until(lambda: not found._busy)
        await found.once()
        assert found.library.places[0].trouble == ""


@pytest.mark.anyio
async def test_what_fails_now_is_read_first(tmp_path: Path) -> None:
    write(tmp_path, "a", "b", "redis-down")
    async with keeper(tmp_path, urgent=lambda: frozenset({"redis"})) as found:
        order: list[str] = []
        found.changed = lambda: order.extend(title for title in titles(found) if title not in order)
        await found.once()
        assert order[0] == "redis-down"
        assert titles(found) == ["a", "b", "redis-down"]


@pytest.mark.anyio
async def test_a_poke_looks_at_once(tmp_path: Path) -> None:
    async with keeper(tmp_path) as found:
        found.start()
        assert await found.filled(5.0)
        write(tmp_path, "a")
        found.poke()
        await until(lambda: titles(found) == ["a"])
        await asyncio.sleep(0)
