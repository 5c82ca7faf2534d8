"""What the reader makes of a collection of public runbooks: totals, seconds beside the bare parser, a sample to check.

Run it with `-s` to see the report. It is skipped where the collection is absent; nothing is asserted about time.
"""

from __future__ import annotations

import gc
import random
import re
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from cockpit.engine.library import find_runbooks, load_runbook
from cockpit.model.risk import Risk
from cockpit.model.runbook import Command, Kind, Runbook
from cockpit.runbook.reader import read_runbook

COLLECTION = Path(__file__).resolve().parents[3] / "shared" / "corpus"
SEED, SAMPLE = 20, 200
_PLAINLY_CHANGES = re.compile(
    r"""
      \b(?:rm|mv|cp|kill|reboot|shutdown|truncate|tee)\s+-?\w | \bsed\s+-\w*i
    | \b(?:restart|delete|apply|patch|scale)\s+\w
    | \b(?:INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|DROP\s+\w+|TRUNCATE|ALTER\s+\w+)\b
    | -X\s*(?:POST|PUT|PATCH|DELETE)
    | ^(?:POST|PUT|PATCH|DELETE)\s | \b(?:FLUSHALL|FLUSHDB|UNLINK)\b | \bpush\s+(?:-f|--force)
    """,
    re.VERBOSE | re.MULTILINE,
)
pytestmark = pytest.mark.skipif(not COLLECTION.is_dir(), reason="the collection of public runbooks is not here")


@pytest.fixture(scope="module")
def runbooks() -> list[Runbook]:
    return [load_runbook(path) for path in find_runbooks([COLLECTION])]


def say(*texts: object) -> None:
    sys.stdout.write(" ".join(map(str, texts)) + "\n")


def commands(books: list[Runbook]) -> list[Command]:
    return [c for book in books for p in book.procedures for step in p.steps for c in step.commands]


def test_report_of_seconds_for_a_megabyte() -> None:
    text = "\n\n".join(path.read_text("utf-8", "replace") for path in find_runbooks([COLLECTION]))[:1_000_000]
    megabytes = len(text.encode("utf-8")) / 1e6
    gc.collect()
    started = time.process_time()
    MarkdownIt("commonmark").enable("table").parse(text)
    bare = time.process_time() - started
    gc.collect()
    started = time.process_time()
    read = read_runbook(text, "all.md")
    say(f"\nbare parser {bare / megabytes:.2f} s/MB, reader {(time.process_time() - started) / megabytes:.2f} s/MB")
    assert read.procedures


def test_report_of_procedures_steps_kinds_and_risks(runbooks: list[Runbook]) -> None:
    found = [procedure for book in runbooks for procedure in book.procedures]
    steps = [step for procedure in found for step in procedure.steps]
    say(f"\n{len(runbooks)} files, {sum(bool(b.procedures) for b in runbooks)} with procedures")
    say(f"{len(found)} procedures, {len(steps)} steps, {len(commands(runbooks))} commands")
    say("kinds of steps", dict(Counter(step.kind.value for step in steps).most_common()))
    say("risks of commands", dict(Counter(c.risk.value for c in commands(runbooks)).most_common()))
    assert sum(bool(book.procedures) for book in runbooks) > 0.85 * len(runbooks)


def test_a_sample_holds_no_plain_change_that_is_called_a_read(runbooks: list[Runbook]) -> None:
    runnable = [c for c in commands(runbooks) if c.kind not in (Kind.COPY, Kind.OPEN, Kind.QUERY)]
    unique = sorted({(c.risk.value, c.kind.value, c.text, c.reason) for c in runnable})
    for row in sorted(random.Random(SEED).sample(unique, min(SAMPLE, len(unique)))):
        say(" | ".join(text.replace("\n", "\\n")[:200] for text in row))
    reads = [c for c in runnable if c.risk is Risk.READ and not re.match(r"\s*(?:echo|printf|grep|#)", c.text)]
    doubtful = [c.text for c in reads if _PLAINLY_CHANGES.search(re.sub(r"'[^']*'|\"[^\"]*\"|#.*", "", c.text))]
    assert doubtful == []
