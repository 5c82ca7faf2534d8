"""What opening a runbook of 600 lines costs in processor time, beside the bare Markdown parser. Run it with `-s`.

Nothing is asserted about time: the machine is shared. The text is unlike any other, so that no cache helps.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable

from markdown_it import MarkdownIt

from cockpit.runbook.reader import read_runbook

LINES, ROUNDS = 600, 7
PIECE = """## Incident {n}

**Symptoms:**
- `Alert{n}` fires, and the queue `jobs{n}` grows

**Diagnosis:**

1. Look at the queue
   ```bash
   kubectl get pods -n shop-{n} | grep api-{n}
   redis-cli LLEN queue:{n}
   ```
2. Count the sessions

   ```sql
   SELECT count(*) FROM pg_stat_activity WHERE datname = 'shop_{n}';
   ```

| Metric | Good |
|---|---|
| age of {n} | under 5 minutes |

**Mitigation:**

- If the lock `lock:{n}` is stale, release it with `redis-cli DEL lock:{n}`
- Otherwise call [the owner](owners.md#{n})

Never use `FLUSHALL` for {n}.
"""


def document(first: int) -> str:
    """600 lines that no other round has read."""
    found: list[str] = ["# All incidents", ""]
    number = first
    while len(found) < LINES:
        found += PIECE.replace("{n}", str(number)).split("\n")
        number += 1
    return "\n".join(found[:LINES])


def milliseconds(work: Callable[[str], object], text: str) -> float:
    gc.collect()
    started = time.process_time()
    work(text)
    return (time.process_time() - started) * 1000.0


def test_report_of_opening_600_lines() -> None:
    read_runbook(document(1), "warm.md")
    bare_parser = MarkdownIt("commonmark").enable("table")
    texts = [document(1_000 * number) for number in range(1, ROUNDS + 1)]
    bare = statistics.median(milliseconds(bare_parser.parse, text) for text in texts)
    read = statistics.median(milliseconds(lambda text: read_runbook(text, "a.md"), text) for text in texts)
    sys.stdout.write(f"\n{LINES} lines: bare parser {bare:.1f} ms, reader {read:.1f} ms of processor time\n")
    book = read_runbook(texts[0], "a.md")
    assert len(book.procedures) >= 15
    assert all(len(procedure.steps) >= 4 for procedure in book.procedures[:-1])
