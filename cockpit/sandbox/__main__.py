"""Run a range by hand: `python -m cockpit.sandbox [SCENARIO]`; the verb `cockpit sandbox` does the same and more."""

from __future__ import annotations

import sys
from pathlib import Path

from cockpit.sandbox.launch import serve

if __name__ == "__main__":
    name = sys.argv[1] if len(sys.argv) > 1 else None
    sys.exit(serve(name, Path("runbooks"), False, lambda info: print(info.to_json(), flush=True)))  # noqa: T201
