"""Documents: their outline, their anchors, and where their links lead."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.engine.document import Level, anchor_line, headings, outline, step_lines
from cockpit.engine.library import Library, load_runbook
from cockpit.engine.links import broken, follow, index_links, step_links
from cockpit.model.errors import RunbookError

MAIN = """# Guide

Words before all.

## Cron stuck

**Diagnosis:**

1. Look at [the other](other.md#second-thing) and [the web](https://example.com)

   ```sh
   # not a heading
   date
   ```

2. Or at [nothing](gone.md)

## Second thing

**Diagnosis:**

1. Look again

   ```sh
   uptime
   ```
"""
OTHER = MAIN.replace("Guide", "Other")
INDEX = "# All\n\n| Runbook | Alert |\n|---|---|\n| [Guide](guide.md) | `X` |\n| [Gone](gone.md) | `Y` |\n"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    for name, text in (("guide", MAIN), ("other", OTHER), ("README", INDEX)):
        (tmp_path / f"{name}.md").write_text(text)
    return Library.load([tmp_path])


def test_the_outline_holds_everything_in_the_order_of_the_file(library: Library) -> None:
    book = library.named("guide")
    assert book is not None
    items = outline(book)
    assert [item.line for item in items] == sorted(item.line for item in items)
    shown = [(item.level, item.title) for item in items]
    assert (Level.TEXT, "Words before all.") in shown
    assert (Level.PROCEDURE, "Cron stuck") in shown
    assert sum(1 for level, _ in shown if level is Level.STEP) == 3


def test_a_document_without_procedures_is_outlined_by_its_headings(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text("# One\n\n## Two\n")
    assert len(outline(load_runbook(path))) >= 1


def test_lines_are_those_of_the_file(library: Library) -> None:
    book = library.named("guide")
    assert book is not None
    lines = book.text.split("\n")
    for procedure in book.procedures:
        assert procedure.title in lines[procedure.line - 1]
    first, last = step_lines(book, book.procedures[0], book.procedures[0].steps[0])
    assert lines[first - 1].startswith("1. Look at")
    assert lines[last - 1].strip() == "```"


def test_anchors_are_named_as_on_github(library: Library) -> None:
    text = "# A b\n\n```\n# no\n```\n## A b\n### What, *now*?\n<a name='Deep'></a>\n"
    assert [title for _, title in headings(text)] == ["A b", "A b", "What, now?"]
    assert anchor_line(text, "a-b") == 1
    assert anchor_line(text, "a-b-1") == 6
    assert anchor_line(text, "what-now") == 7
    assert anchor_line(text, "deep") == 8
    assert anchor_line(text, "no") is None


def test_links_lead_to_procedures_and_headings(library: Library) -> None:
    book = library.named("guide")
    assert book is not None
    step = book.procedures[0].steps[0]
    assert [link.target for link in step_links(step)] == ["other.md#second-thing", "https://example.com"]
    assert [link.web for link in step_links(step)] == [False, True]
    found = follow(library, book, "other.md#second-thing")
    assert found.procedure is not None
    assert (found.runbook.title, found.procedure.title) == ("Other", "Second thing")
    assert follow(library, book, "#second-thing").runbook is book
    assert follow(library, book, "./other.md").procedure is not None


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("gone.md", "the link is broken"),
        ("other.md#no-such-thing", "has no heading"),
        ("https://example.com/x", "leads out of the runbooks"),
        ("mailto:a@example.com", "leads out of the runbooks"),
        ("script.sh", "no Markdown"),
        ("empty", "without an index page"),
    ],
)
def test_a_link_that_leads_nowhere_says_why(library: Library, tmp_path: Path, target: str, reason: str) -> None:
    (tmp_path / "script.sh").write_text("exit\n")
    (tmp_path / "empty").mkdir()
    book = library.named("guide")
    assert book is not None
    with pytest.raises(RunbookError, match=reason):
        follow(library, book, target)
    assert broken(book, "gone.md")


def test_a_file_outside_the_library_and_a_folder_with_an_index_are_read(library: Library, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "README.md").write_text(MAIN)
    book = library.named("guide")
    assert book is not None
    assert follow(library, book, "sub/").runbook.path.endswith("sub/README.md")


def test_an_index_page_lists_its_links(library: Library) -> None:
    page = library.named("README")
    assert page is not None
    assert [link.target for link in index_links(page)] == ["guide.md", "gone.md"]
    assert broken(page, "gone.md")
