"""The reader's front door: the text of a Markdown file in, a Runbook out. No input or output happens here."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePath
from urllib.parse import unquote

from cockpit.model.health import Json
from cockpit.model.runbook import Branch, BrokenLink, Input, Kind, Phase, Procedure, Runbook, Step
from cockpit.runbook import front_matter, inline
from cockpit.runbook.annotations import read_fence_info
from cockpit.runbook.blocks import Block, BlockType, parse, walk
from cockpit.runbook.dialects import as_commonmark
from cockpit.runbook.index import index_entries
from cockpit.runbook.outline import Section, outline
from cockpit.runbook.procedures import PhaseDraft, ProcedureDraft, ProcedureReader
from cockpit.runbook.repair import repair
from cockpit.runbook.step_draft import StepDraft

_ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|#|//|\$|\{|<)", re.I)
_LARGE = 100_000
"""Characters from which on a text is read with the garbage collector paused."""
_CAPTURE = re.compile(r"^[A-Za-z_]\w*$")


def read_runbook(text: str, path: str, exists: Callable[[str], bool] | None = None) -> Runbook:
    """Read one Markdown file as a runbook. Never raises for any text.

    Args:
        text: the file's text; bytes that are no UTF-8 may be there as lone surrogates (`surrogateescape`), so
            that the digest is that of the file's bytes.
        path: the file's name, for the reader's eye.
        exists: tells whether the target of a relative link exists; None leaves links unchecked.
    """
    digest = hashlib.sha256(text.encode("utf-8", "surrogateescape" if _from_bytes(text) else "replace")).hexdigest()
    with _collector_paused() if len(text) > _LARGE else contextlib.nullcontext():
        return _read(text, digest, path, exists)


@contextlib.contextmanager
def _collector_paused() -> Iterator[None]:
    """Nothing that reading makes is garbage before its end, and looking for garbage costs much of the time.

    Measured with public runbooks: 1.8 seconds for a megabyte with the collector, 1.0 without it. The pause concerns
    the whole process, so it is made only for a text that is large; what other threads leave meanwhile is collected
    afterwards.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(text: str, digest: str, path: str, exists: Callable[[str], bool] | None) -> Runbook:
    repaired = repair(text)
    front = front_matter.split(repaired.text)
    blocks = parse(as_commonmark(front.body))
    root = outline(blocks)
    own = front.data.get("runbook")
    metadata: dict[str, Json] = own if isinstance(own, dict) else {}
    title = _title(metadata, front.data, root, path)
    inputs = _inputs(metadata.get("inputs"))
    known = frozenset({item.name for item in inputs} | _captures(blocks))
    reader = ProcedureReader(front.body.split("\n"), known)
    drafts = reader.read(root, title)
    return Runbook(
        path=path,
        title=title,
        sha256=digest,
        procedures=_procedures(drafts, metadata, inputs),
        broken_links=tuple(_broken(blocks, exists)) if exists is not None else (),
        notes=(*repaired.notes, *front.notes),
        metadata=metadata,
        index=index_entries(blocks),
        prose=tuple(reader.notes),
    )


def _from_bytes(text: str) -> bool:
    return all("\udc80" <= found <= "\udcff" for found in re.findall("[\ud800-\udfff]", text))


def _title(metadata: dict[str, Json], data: dict[str, Json], root: Section, path: str) -> str:
    for said in (metadata.get("title"), data.get("title")):
        if isinstance(said, str) and said.strip():
            return said.strip()
    first = next((section for section in root.walk() if section.level in (1, 2)), None)
    return inline.plain(first.text) if first is not None and first.text else PurePath(path).stem.replace("-", " ")


def _inputs(raw: Json) -> tuple[Input, ...]:
    if not isinstance(raw, dict):
        return ()
    found = []
    for name, value in raw.items():
        said = value if isinstance(value, dict) else {}
        found.append(
            Input(name, _said(said, "prompt"), _said(said, "from"), _said(said, "pattern"), _said(said, "default"))
        )
    return tuple(found)


def _said(mapping: dict[str, Json], key: str) -> str:
    value = mapping.get(key)
    return value if isinstance(value, str) else ""


def _texts(value: Json) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _captures(blocks: Sequence[Block]) -> set[str]:
    """The names that steps capture, so that later steps may use them."""
    found = {
        read_fence_info(block.info).annotations.capture
        for block in walk(blocks)
        if block.type is BlockType.FENCE and "capture" in block.info
    }
    names = {text.partition("=")[0].strip() for text in found}
    return {name for name in names if _CAPTURE.match(name)}


def _procedures(
    drafts: Sequence[ProcedureDraft], metadata: dict[str, Json], inputs: tuple[Input, ...]
) -> tuple[Procedure, ...]:
    taken: dict[str, int] = {}
    found = []
    for draft in drafts:
        slug = _slug(draft.title)
        taken[slug] = taken.get(slug, 0) + 1
        unique = slug if taken[slug] == 1 else f"{slug}-{taken[slug]}"
        phases = _phases(draft.phases, unique)
        found.append(
            Procedure(
                title=draft.title,
                line=draft.line,
                slug=unique,
                severity=draft.severity or _said(metadata, "severity"),
                symptoms=tuple(line for phase in phases if phase.part == "symptoms" for line in phase.prose),
                signals=_texts(metadata.get("signals")),
                alerts=tuple(dict.fromkeys((*_texts(metadata.get("alerts")), *draft.alerts))),
                inputs=inputs,
                phases=phases,
                notes=tuple(draft.notes),
            )
        )
    return tuple(found)


def _slug(title: str) -> str:
    return re.sub(r"[^\w]+", "-", title.casefold()).strip("-_")[:80] or "procedure"


def _phases(drafts: Sequence[PhaseDraft], slug: str) -> tuple[Phase, ...]:
    ids: dict[int, str] = {}
    for number, step in enumerate((draft for phase in drafts for draft in phase.steps), 1):
        _number(step, f"{slug}/{number}", ids)
    return tuple(
        Phase(
            phase.part,
            phase.title,
            phase.line,
            tuple(_step(step, ids) for draft in phase.steps for step in _flat(draft)),
            phase.budget,
            tuple(note.text for note in phase.notes),
            tuple(phase.notes),
        )
        for phase in drafts
    )


def _number(draft: StepDraft, own: str, ids: dict[int, str]) -> None:
    """Number a step, and the steps of its branches under it: 3.1, or 3a.1 and 3b.1 where there are several."""
    ids[id(draft)] = own
    for index, (_, steps) in enumerate(draft.branches):
        letters = _letters(index) if len(draft.branches) > 1 else ""
        for number, step in enumerate(steps, 1):
            _number(step, f"{own}{letters}.{number}", ids)


def _letters(index: int) -> str:
    """Letters from a to z, then aa, ab and so on."""
    return (_letters(index // 26 - 1) if index >= 26 else "") + "abcdefghijklmnopqrstuvwxyz"[index % 26]


def _flat(draft: StepDraft) -> Iterator[StepDraft]:
    yield draft
    for _, steps in draft.branches:
        for step in steps:
            yield from _flat(step)


def _step(draft: StepDraft, ids: dict[int, str]) -> Step:
    return Step(
        id=ids[id(draft)],
        line=draft.line,
        title=draft.title,
        kind=draft.kind or Kind.MANUAL,
        details=tuple(detail for detail in draft.details if detail),
        commands=tuple(draft.commands),
        branches=tuple(Branch(name, tuple(ids[id(step)] for step in steps)) for name, steps in draft.branches),
        source=draft.source,
        annotations=draft.annotations,
        wait_seconds=draft.wait_seconds,
        link=draft.link,
        warnings=tuple(dict.fromkeys(draft.warnings)),
    )


def _broken(blocks: Sequence[Block], exists: Callable[[str], bool]) -> Iterator[BrokenLink]:
    for block in walk(blocks):
        texts = (
            [block.text]
            if block.type in (BlockType.PARAGRAPH, BlockType.HEADING)
            else [c for row in block.rows for c in row]
        )
        for number, text in enumerate(texts):
            for offset, line in enumerate(text.split("\n")):
                for link in inline.links(line):
                    target = re.split(r"[#?]", link.target)[0]
                    if target and not _ELSEWHERE.match(link.target) and not (exists(target) or exists(unquote(target))):
                        yield BrokenLink(
                            block.line
                            + offset
                            + (
                                number // max(len(block.rows[0]), 1) + 1
                                if block.rows and number >= len(block.rows[0])
                                else 0
                            ),
                            link.target,
                        )
