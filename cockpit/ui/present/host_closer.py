"""One process, the sockets and the biggest folders of the host, as lines."""

from __future__ import annotations

from datetime import datetime

from cockpit.model.host import FolderSizes, HostProcess, Listener, ProcessDetail, Sockets
from cockpit.model.wording import count
from cockpit.ui.look import Look
from cockpit.ui.present.words import data_size, short_age
from cockpit.ui.shapes import ASCII
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line, wrap
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.table_state import Row

LISTENERS = (
    Column("PORT", 5, right=True),
    Column("", 3),
    Column("ADDRESS", 9, most=26, drop=2),
    Column("OPEN", 7, right=True, drop=3),
    Column("PID", 7, right=True),
    Column("PROCESS", 10, flex=1),
    Column("USER", 6, most=12, drop=1),
)
_BAR = 20


def process_lines(
    process: HostProcess, detail: ProcessDetail | None, now: datetime, look: Look, cells: int
) -> list[Line]:
    """A process in full.

    Args:
        process: as the pane had it, with its rates.
        detail: what a closer look told, None before that.
        now: UTC now.
        look: what is hidden.
        cells: cells of a line.
    """
    disk = "hidden from this user"
    if process.read_rate is not None and process.write_rate is not None:
        disk = f"reads {data_size(process.read_rate)}/s, writes {data_size(process.write_rate)}/s"
    facts = [
        ("command", process.command or process.name),
        ("user", process.user),
        ("state", process.state),
        ("runs for", short_age(now.timestamp() - process.created) if process.created else ""),
        ("parent", str(process.parent or "")),
        ("cpu", f"{process.cpu_percent:.0f}% of one core"),
        ("memory", data_size(process.memory_bytes)),
        ("disk", disk),
    ]
    if detail is not None:
        facts += [
            ("program", detail.program),
            ("works in", detail.folder),
            ("threads", "" if detail.threads is None else str(detail.threads)),
            ("children", str(detail.children)),
            ("open files", "" if detail.open_files is None else f"{detail.open_files:,}"),
            ("niceness", "" if detail.nice is None else str(detail.nice)),
            ("listens on", ", ".join(detail.listens)),
        ]
    lines: list[Line] = []
    for label, value in facts:
        if value:
            first, *rest = wrap(look.text(value), max(20, cells - 13))
            lines.append((Span(f"{label:<12} ", Tone.DIM), Span(first)))
            lines += [line(" " * 13 + part) for part in rest]
    if detail is not None and detail.peers:
        lines += [EMPTY, line("connections", Tone.DIM)]
        lines += [(Span(f"{number:>6}  ", Tone.DIM), Span(look.text(peer))) for peer, number in detail.peers]
    if detail is not None and detail.hidden:
        lines += [EMPTY, line(detail.hidden, Tone.WARN)]
    return lines


def socket_title(sockets: Sockets, port: int | None) -> Line:
    """`Who listens · 31 established · 12 listen`."""
    states = " · ".join(f"{number:,} {state.lower().replace('_', ' ')}" for state, number in sockets.states[:4])
    what = f"Who listens on {port}" if port is not None else "Who listens where"
    return (Span(f"{what}  ", Tone.TITLE), Span(states, Tone.DIM))


def listener_rows(sockets: Sockets, port: int | None, look: Look) -> list[Row]:
    """One row a listener, of one port or of all."""
    shown = [one for one in sockets.listeners if port in (None, one.port)]
    rows = [_listener(number, one, look) for number, one in enumerate(shown)]
    if not shown:
        words = f"nobody listens on {port}" if port is not None else "nobody listens"
        rows.append(Row("none", ((Span(words, Tone.DIM),),), heading=True))
    if sockets.hidden:
        more = f"whose {count(sockets.hidden, 'socket')} those are is hidden from this user: root may see it"
        rows.append(Row("hidden", ((Span(more, Tone.WARN),),), heading=True))
    return rows


def folder_lines(sizes: FolderSizes, look: Look, cells: int) -> list[Line]:
    """How far a walk has come, then the biggest folders with a bar of their share."""
    state = "still measuring, esc ends it" if not sizes.done else sizes.stopped or "all was measured"
    tone = Tone.WARN if sizes.stopped else Tone.OK if sizes.done else Tone.ACCENT
    head = [Span(f"{sizes.files:,} files on this file system · ", Tone.DIM), Span(state, tone)]
    if sizes.unreadable:
        head.append(Span(f" · {count(sizes.unreadable, 'folder')} may not be read", Tone.WARN))
    lines: list[Line] = [tuple(head), EMPTY]
    total = max((folder.size for folder in sizes.folders), default=0)
    full, hollow = ("=", "-") if look.shapes is ASCII else ("━", "─")
    for folder in sizes.folders:
        filled = round(_BAR * folder.size / total) if total else 0
        bar = (Span(full * filled, Tone.ACCENT), Span(hollow * (_BAR - filled), Tone.FAINT))
        room = max(10, cells - _BAR - 10)
        path = look.text(folder.path)
        shown = path if len(path) <= room else look.shapes.ellipsis + path[-(room - 1) :]
        lines.append((Span(f"{data_size(folder.size):>6}  "), *bar, Span(f"  {shown}")))
    return lines


def _listener(number: int, one: Listener, look: Look) -> Row:
    pid = str(one.pid) if one.pid is not None else ""
    return Row(
        (number, one.port, one.pid),
        (
            line(str(one.port), Tone.STRONG),
            line(one.protocol, Tone.DIM),
            line(look.text(one.address)),
            line(f"{one.connected} open" if one.connected else "", Tone.DIM),
            line(pid, Tone.DIM),
            line(look.text(one.process)) if pid else line("hidden", Tone.FAINT),
            line(one.user, Tone.DIM),
        ),
    )
