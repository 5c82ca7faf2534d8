"""What is left behind when the cockpit itself fails: a masked traceback in a file of its own."""

from __future__ import annotations

import os
import time
import traceback
from pathlib import Path

from cockpit.model.masking import Masker
from cockpit.model.text import clean_block


def write_crash(error: BaseException) -> Path | None:
    """Write the traceback, without local variables and with secrets masked; None when no file can be written.

    Args:
        error: what went wrong.
    """
    from platformdirs import user_state_path

    text = clean_block(Masker().secrets("".join(traceback.format_exception(error))))
    path = user_state_path("cockpit") / f"crash-{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{os.getpid()}.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        return None
    return path
