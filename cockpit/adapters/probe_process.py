"""How many processes of a name run on this machine, and what they use together."""

from __future__ import annotations

import contextlib
import time

import psutil

from cockpit.adapters.plain_source import PlainSource
from cockpit.adapters.pool import BlockingPool
from cockpit.model.errors import SourceUnreachable
from cockpit.model.probes import ProcessFacts
from cockpit.model.readings import SourceId
from cockpit.model.text import clean


class ProcessProbe(PlainSource):
    """Fulfils `Source[ProcessFacts]`.

    Args:
        source: the id under which its readings are known.
        name: a program's name (`nginx`), or with a blank or slash in it a part of the command line.
        pool: threads for psutil, since going through all processes takes milliseconds; shared between probes.
        deadline: seconds for one look.
    """

    def __init__(self, source: SourceId, name: str, pool: BlockingPool, deadline: float) -> None:
        super().__init__(source)
        self._name = name
        self._pool = pool
        self._deadline = deadline
        self._known: dict[int, psutil.Process] = {}

    async def fetch(self) -> ProcessFacts:
        """Look once; that there are none is an answer.

        Raises:
            SourceUnreachable: when the operating system does not tell in time.
        """
        try:
            return await self._pool.run(self._look, self._deadline)
        except TimeoutError as error:
            raise SourceUnreachable(f"the processes could not be listed within {self._deadline:g} s") from error
        except (psutil.Error, OSError) as error:
            raise SourceUnreachable(f"the processes cannot be listed: {clean(str(error))}") from error

    def _look(self) -> ProcessFacts:
        """CPU is since the last look, so the objects of psutil are kept."""
        found = {process.pid: process for process in psutil.process_iter() if self._fits(process)}
        seen_before = bool(self._known.keys() & found.keys())
        kept = {pid: self._known.get(pid, process) for pid, process in found.items()}
        kept = {pid: process if process == found[pid] else found[pid] for pid, process in kept.items()}
        self._known = kept
        cpu, memory, starts = 0.0, 0, []
        for process in kept.values():
            with contextlib.suppress(psutil.Error):
                cpu += process.cpu_percent(None)
                memory += process.memory_info().rss
                starts.append(process.create_time())
        now = time.time()
        ages = sorted(max(0.0, now - start) for start in starts)
        youngest, oldest = (ages[0], ages[-1]) if ages else (None, None)
        return ProcessFacts(tuple(sorted(kept)), cpu if seen_before else None, memory, youngest, oldest)

    def _fits(self, process: psutil.Process) -> bool:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            if " " in self._name or "/" in self._name:
                return self._name in " ".join(process.cmdline())
            return process.name() == self._name
        except psutil.Error:
            return False
