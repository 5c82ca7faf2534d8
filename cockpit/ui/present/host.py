"""The host as lines: what it has and uses above, its processes below."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.engine.host_view import Branch
from cockpit.model.host import Disk, HostProcess, HostSnapshot
from cockpit.ui.look import Look
from cockpit.ui.present.words import data_size, short_age
from cockpit.ui.shapes import ASCII
from cockpit.ui.spans import EMPTY, Line, Span, Tone, fit, joined, line, width
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.table_state import Row

COLUMNS = (
    Column("PID", 7, right=True),
    Column("PROCESS", 10, most=24),
    Column("USER", 6, most=10, drop=2),
    Column("CPU", 5, right=True),
    Column("MEMORY", 6, right=True),
    Column("DISK R W", 9, right=True, drop=3),
    Column("COMMAND", 8, flex=1, drop=1),
)
BESIDE = 96
"""Cells from which two sections stand beside each other."""
BUSY, FULL = 80.0, 92.0
"""Percent from which a gauge warns, and from which it is red."""
STALLS = 10.0
"""Percent of the time waited for a resource from which it is marked."""
INTERFACES = 4
"""Network interfaces that are shown, those with traffic or faults first."""
_NAMED = 8
"""Cells of a gauge's name."""


def host_summary(host: HostSnapshot) -> Line:
    """`this host: web1 · load 0.4 0.3 0.2 · up 3d04h`."""
    load = " ".join(f"{value:.1f}" for value in host.load)
    busy = host.load[0] > max(1, len(host.cpu_percent))
    return (
        Span(f"this host: {host.hostname} · ", Tone.DIM),
        Span(f"load {load}", Tone.WARN if busy else Tone.PLAIN),
        Span(f" · up {short_age(host.uptime)}", Tone.DIM),
    )


def process_rows(branches: Iterable[Branch], look: Look) -> list[Row]:
    """One row a process; its number and start are its identity."""
    return [_process(branch, look) for branch in branches]


def brief_lines(host: HostSnapshot, look: Look, cells: int) -> list[Line]:
    """The gauges of a pane among others, what matters most first."""
    cores = len(host.cpu_percent) or 1
    cpu = sum(host.cpu_percent) / cores
    lines = [
        _gauge("cpu", cpu, f"{cpu:.0f}% of {_cores(cores)}", look, cells),
        _memory_gauge(host, look, cells),
        *(_disk_gauge(disk, look, cells) for disk in host.disks if disk.nearly_full),
        *([_swap_gauge(host, look, cells)] if host.swap_used else []),
        *([_pressure_line(host)] if _pressed(host) else []),
        *([_network_line(host)] if host.net_received is not None else []),
        *(_disk_gauge(disk, look, cells) for disk in host.disks if not disk.nearly_full),
    ]
    return [found for found in lines if found]


def full_lines(host: HostSnapshot, look: Look, cells: int) -> list[Line]:
    """All that is known of the host, in sections; beside each other where there is room."""
    if cells < BESIDE:
        return [*_computing(host, look, cells), *_moving(host, look, cells)]
    half = (cells - 3) // 2
    left, right = _computing(host, look, half), _moving(host, look, half)
    lines = max(len(left), len(right))
    left += [EMPTY] * (lines - len(left))
    right += [EMPTY] * (lines - len(right))
    return [(*fit(one, half), Span("   "), *other) for one, other in zip(left, right, strict=True)]


def _computing(host: HostSnapshot, look: Look, cells: int) -> list[Line]:
    """Cores, memory, pressure."""
    lines = _core_lines(host, look, cells)
    if host.shares is not None:
        told = (("user", host.shares.user), ("system", host.shares.system), ("waits for disk", host.shares.waiting))
        parts = [f"{name} {value:.0f}%" for name, value in (*told, ("stolen", host.shares.stolen))]
        lines.append(_fact("", " · ".join(parts)))
    lines += [_memory_gauge(host, look, cells), *([_swap_gauge(host, look, cells)] if host.swap_total else [])]
    lines.append(_fact("", f"{data_size(host.memory_cached)} of files held, given back when needed"))
    if host.pressure:
        lines.append(_pressure_line(host))
    if host.hottest is not None:
        lines.append(_fact("hottest", f"{look.text(host.hottest[0])} {host.hottest[1]:.0f} °C"))
    return lines


def _core_lines(host: HostSnapshot, look: Look, cells: int) -> list[Line]:
    """One bar a core, as many beside each other as there is room for; many cores as a strip."""
    cores = host.cpu_percent
    across = 1 if len(cores) <= 4 else 2 if len(cores) <= 8 else 4
    if len(cores) > 32 or cells // across < 20:
        bars, top = look.shapes.bars, len(look.shapes.bars) - 1
        strip = "".join(bars[min(top, round(max(0.0, core) / 100 * top))] for core in cores)
        return [_fact("cores", strip[: max(1, cells - _NAMED - 1)])]
    room = cells // across
    made = [_gauge(f"core {n}", core, f"{core:3.0f}%", look, room - 1) for n, core in enumerate(cores)]
    rows = [made[start : start + across] for start in range(0, len(made), across)]
    return [tuple(span for gauge in row for span in (*fit(gauge, room - 1), Span(" "))) for row in rows]


def _moving(host: HostSnapshot, look: Look, cells: int) -> list[Line]:
    """Disks, network, handles, sockets."""
    lines = [_disk_gauge(disk, look, cells) for disk in host.disks]
    for rate in host.disk_rates[:4]:
        busy = f" · {rate.busy:.0f}% busy" if rate.busy is not None else ""
        lines.append(_fact(look.text(rate.name), f"reads {_rate(rate.read)}, writes {_rate(rate.written)}{busy}"))
    moving = [card for card in host.interfaces if card.received + card.sent >= 1 or card.errors]
    for card in (moving or list(host.interfaces)[:1])[:INTERFACES]:
        faults = (Span(f" · {card.errors:,} errors and drops", Tone.WARN),) if card.errors else ()
        lines.append((*_fact(look.text(card.name), f"in {_rate(card.received)}, out {_rate(card.sent)}"), *faults))
    if host.handles_used is not None and host.handles_limit:
        full = host.handles_used > host.handles_limit * 0.85
        words = f"{host.handles_used:,} open of {_most(host.handles_limit)}"
        lines.append((*_name("files"), Span(words, Tone.WARN if full else Tone.PLAIN)))
    if host.sockets:
        told = " · ".join(f"{number:,} {state.lower().replace('_', ' ')}" for state, number in host.sockets[:5])
        lines.append(_fact("sockets", told))
    return lines


def _process(branch: Branch, look: Look) -> Row:
    process = branch.process
    stem = "  " * (branch.depth - 1) + look.shapes.branch if branch.depth else ""
    odd = process.state in ("zombie", "stopped", "disk-sleep")
    return Row(
        (process.pid, process.created),
        (
            line(str(process.pid), Tone.DIM),
            (
                Span(stem, Tone.FAINT),
                Span(look.text(process.name)),
                *((Span(f" {process.state}", Tone.WARN),) if odd else ()),
            ),
            line(process.user, Tone.DIM),
            _cpu_cell(process.cpu_percent),
            line(data_size(process.memory_bytes), Tone.PLAIN if process.memory_bytes else Tone.FAINT),
            _disk_cell(process),
            line(look.text(process.command), Tone.DIM),
        ),
    )


def _cpu_cell(used: float) -> Line:
    tone = Tone.WARN if used >= 90 else Tone.PLAIN if used >= 0.05 else Tone.FAINT
    return line(f"{used:.1f}%" if used < 9.95 else f"{used:.0f}%", tone)


def _disk_cell(process: HostProcess) -> Line:
    if process.read_rate is None or process.write_rate is None:
        return line("hidden", Tone.FAINT)
    if process.read_rate + process.write_rate < 1:
        return EMPTY
    return line(f"{data_size(process.read_rate)} {data_size(process.write_rate)}")


def _gauge(name: str, value: float, words: str, look: Look, cells: int) -> Line:
    tone = Tone.CRIT if value >= FULL else Tone.WARN if value >= BUSY else Tone.OK
    room = max(4, min(20, cells - _NAMED - 3 - len(words)))
    filled = round(min(100.0, max(0.0, value)) / 100 * room)
    full, hollow = ("=", "-") if look.shapes is ASCII else ("━", "─")
    return (*_name(name), Span(full * filled, tone), Span(hollow * (room - filled), Tone.FAINT), Span(f"  {words}"))


def _memory_gauge(host: HostSnapshot, look: Look, cells: int) -> Line:
    left = host.memory_total - host.memory_used
    words = f"{_of(host.memory_used, host.memory_total)}, {data_size(left)} available"
    short = _of(host.memory_used, host.memory_total)
    return _gauge("memory", _share(host.memory_used, host.memory_total), words if cells >= 56 else short, look, cells)


def _swap_gauge(host: HostSnapshot, look: Look, cells: int) -> Line:
    return _gauge("swap", _share(host.swap_used, host.swap_total), _of(host.swap_used, host.swap_total), look, cells)


def _disk_gauge(disk: Disk, look: Look, cells: int) -> Line:
    """A file system; one that is nearly full says so by a shape and words too."""
    words = _of(disk.used, disk.total)
    mount = look.text(disk.mount)
    name = mount if len(mount) <= _NAMED else look.shapes.ellipsis + mount[-(_NAMED - 1) :]
    gauge = _gauge(name, disk.percent, words, look, cells)
    if not disk.nearly_full:
        return gauge
    inodes = disk.inodes_percent > disk.percent
    said = f"{disk.inodes_percent:.0f}% of inodes" if inodes else f"{disk.percent:.0f}%"
    flagged = (*gauge, Span(f" {look.shapes.warn} {said}", Tone.WARN))
    return (
        flagged
        if width(flagged) <= cells
        else (*_gauge(name, disk.percent, said, look, cells - 2), Span(" "), _warn(look))
    )


def _warn(look: Look) -> Span:
    return Span(look.shapes.warn, Tone.WARN)


def _pressed(host: HostSnapshot) -> bool:
    return any(pressure.some10 >= 1 for pressure in host.pressure)


def _pressure_line(host: HostSnapshot) -> Line:
    parts: list[Line] = []
    for pressure in host.pressure:
        tone = Tone.WARN if pressure.some10 >= STALLS else Tone.PLAIN
        parts.append((Span(f"{pressure.resource} {pressure.some10:.0f}%", tone),))
    return (*_name("waits"), *joined(parts, " · "), Span(" of 10 s", Tone.DIM))


def _network_line(host: HostSnapshot) -> Line:
    return _fact("network", f"in {_rate(host.net_received or 0)}, out {_rate(host.net_sent or 0)}")


def _fact(name: str, words: str) -> Line:
    return (*_name(name), Span(words))


def _name(name: str) -> Line:
    return (Span(f"{name[:_NAMED]:<{_NAMED}} ", Tone.DIM),)


def _cores(number: int) -> str:
    return "1 core" if number == 1 else f"{number} cores"


def _most(limit: int) -> str:
    return f"{limit:,}" if limit < 10**12 else "no limit"


def _rate(value: float) -> str:
    return f"{data_size(value)}/s"


def _share(used: int, total: int) -> float:
    return 100.0 * used / total if total else 0.0


def _of(used: int, total: int) -> str:
    return f"{data_size(used)} of {data_size(total)}"
