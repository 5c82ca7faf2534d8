"""What reading costs, counted in calls and not in seconds: it must grow with the text and no faster."""

from __future__ import annotations

import sys
from types import FrameType

import pytest

from cockpit.runbook.reader import read_runbook

DOCUMENT = """## Incident {n}

**Symptoms:**
- `Alert{n}` fires

**Response:**
1. Look at `/admin/ops/{n}`
2. If the lock is stale, release it:
   ```bash
   # Through the client
   redis-cli DEL lock:cron:{n}
   ```
3. Count the sessions

   ```sql
   SELECT count(*) FROM pg_stat_activity WHERE pid = {n}
   ```

"""


def calls(text: str) -> int:
    """The Python function calls that reading a text takes."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        read_runbook(text, "a.md")
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    "piece",
    [
        DOCUMENT,
        "# a {n}\n",
        "1. a {n}\n",
        "- [ ] a {n}\n",
        "```sh\nfor i in a{n}; do\n```\n",
        "|a{n}|b|\n|-|-|\n|c|d|\n\n",
        "```sql\nSELECT '{n}\n```\n",
        "**a{n}** `b\n",
        "Never use `a{n}` and not `b`, [c{n}][d]\n\n[d]: e.md\n\n",
        "!!! note\n    a{n}\n\n> [!TIP]\n> b{n}\n\n",
        "<details><summary>a{n}</summary>\n\n1. b\n\n</details>\n\n",
    ],
)
def test_four_times_the_text_costs_about_four_times_the_calls(piece: str) -> None:
    def document(size: int, start: int) -> str:
        return "# All\n\n" + "".join(piece.replace("{n}", str(start + n)) for n in range(size))

    calls(document(5, 90_000))
    small = calls(document(40, 10_000))
    large = calls(document(160, 20_000))
    assert large < 4.6 * small


@pytest.mark.parametrize(
    "text",
    [
        "```sh\n" + "for i in a; do\n" * 1500,
        "```sh\n" + "'\n" * 1500,
        "```sql\n" + "/*" * 3000,
        "```sh\n" + "$(" * 1500,
        "[" * 20_000,
        "`" * 20_000,
        "<a " * 8_000,
        "- " * 8_000,
        "---\n" + "[" * 8_000 + "\n---\n",
        "not `a` " * 3_000,
        "!!! a\n" + "    " * 4_000,
        "<!-- " * 4_000,
        "<details>" * 4_000,
        "[a][b]" * 4_000 + "\n\n[b]: c.md\n",
        "**Mitigation:**\n\n**Option A**\n\n" * 400,
    ],
)
def test_hostile_text_costs_no_more_than_its_length_allows(text: str) -> None:
    assert calls(text) < 150 * len(text) + 20_000
