"""The host as lines."""

from __future__ import annotations

from cockpit.model.host import HostProcess, HostSnapshot
from cockpit.ui.look import Look
from cockpit.ui.present.words import data_size, short_age
from cockpit.ui.spans import Line, Span, Tone, line
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.table_state import Row

COLUMNS = (
    Column("PID", 7, right=True),
    Column("PROCESS", 10, most=20),
    Column("USER", 6, most=10, drop=2),
    Column("CPU", 5, right=True),
    Column("MEMORY", 6, right=True),
    Column("COMMAND", 8, flex=1, drop=1),
)

GAUGE_CELLS = 20


def host_summary(host: HostSnapshot) -> Line:
    """`web1 · load 0.4 0.3 0.2 · up 3d04h`."""
    load = " ".join(f"{value:.1f}" for value in host.load)
    busy = host.load[0] > max(1, len(host.cpu_percent))
    return (
        Span(f"{host.hostname} · ", Tone.DIM),
        Span(f"load {load}", Tone.WARN if busy else Tone.PLAIN),
        Span(f" · up {short_age(host.uptime)}", Tone.DIM),
    )


def host_rows(host: HostSnapshot, look: Look) -> list[Row]:
    """Gauges as headings, then the processes that use most."""
    cores = len(host.cpu_percent) or 1
    cpu = sum(host.cpu_percent) / cores
    gauges = [
        _gauge("cpu", cpu, f"{cpu:.0f}% of {cores} cores", look),
        _gauge("memory", _share(host.memory_used, host.memory_total), _of(host.memory_used, host.memory_total), look),
    ]
    if host.swap_total:
        gauges.append(
            _gauge("swap", _share(host.swap_used, host.swap_total), _of(host.swap_used, host.swap_total), look)
        )
    gauges += [_gauge(look.text(d.mount), d.percent, _of(d.used, d.total), look) for d in host.disks[:4]]
    if host.net_received is not None and host.net_sent is not None:
        text = f"in {data_size(host.net_received)}/s   out {data_size(host.net_sent)}/s"
        gauges.append((Span(f"{'network':<9}", Tone.DIM), Span(text)))
    rows = [Row(("gauge", number), (spans,), heading=True) for number, spans in enumerate(gauges)]
    return rows + [_process(process, look) for process in host.top]


def _process(process: HostProcess, look: Look) -> Row:
    return Row(
        process.pid,
        (
            line(str(process.pid), Tone.DIM),
            line(look.text(process.name)),
            line(process.user, Tone.DIM),
            line(f"{process.cpu_percent:.0f}%", Tone.WARN if process.cpu_percent >= 90 else Tone.PLAIN),
            line(data_size(process.memory_bytes)),
            line(look.text(process.command), Tone.FAINT),
        ),
    )


def _gauge(name: str, value: float, words: str, look: Look) -> Line:
    tone = Tone.CRIT if value >= 92 else Tone.WARN if value >= 80 else Tone.OK
    filled = round(min(100.0, max(0.0, value)) / 100 * GAUGE_CELLS)
    full, hollow = ("━", "─") if look.shapes.bars != "_.-=+*#@" else ("=", "-")
    return (
        Span(f"{name[:9]:<9}", Tone.DIM),
        Span(full * filled, tone),
        Span(hollow * (GAUGE_CELLS - filled), Tone.FAINT),
        Span(f"  {words}"),
    )


def _share(used: int, total: int) -> float:
    return 100.0 * used / total if total else 0.0


def _of(used: int, total: int) -> str:
    return f"{data_size(used)} of {data_size(total)}"
