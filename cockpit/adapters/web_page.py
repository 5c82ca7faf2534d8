"""The page in which a browser shows an observer's screen, and the few files that belong to it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from cockpit.model.errors import ConfigError

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>cockpit - observer</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="files/xterm.css">
<link rel="stylesheet" href="files/cockpit.css">
<script src="files/textual.js"></script>
</head>
<body>
<div id="ended">This view has ended. Reload the page to look again.</div>
<div id="terminal" class="textual-terminal" data-session-websocket-url="{socket}" data-font-size="{size}"></div>
</body>
</html>
"""
STYLE = """
@font-face { font-family: "Roboto Mono"; src: url("RobotoMono.ttf"); }
html, body { margin: 0; height: 100%; overflow: hidden; background: #10141b; }
#terminal { position: absolute; inset: 0; }
#ended { display: none; position: absolute; z-index: 2; inset: auto 0 0 0; padding: 1em; text-align: center;
         font: 16px "Roboto Mono", monospace; color: #f2f5f9; background: #6a4fb0; }
body.-closed #ended { display: block; }
"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; connect-src 'self';"
    " img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""Nothing from anywhere else; the terminal writes its own rules of style into the page."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}
"""What every answer says."""
_FILES = {
    "textual.js": ("js/textual.js", "text/javascript"),
    "xterm.css": ("css/xterm.css", "text/css"),
    "RobotoMono.ttf": ("fonts/RobotoMono-VariableFont_wght.ttf", "font/ttf"),
}


def page_files() -> dict[str, tuple[bytes, str]]:
    """Each file by its name, with its media type; there are no others.

    Raises:
        ConfigError: when the extra `serve` is not installed.
    """
    found = find_spec("textual_serve")
    if found is None or not found.submodule_search_locations:
        raise ConfigError("cockpit serve needs the extra `serve`", "pip install 'incident-cockpit[serve]'")
    folder = Path(found.submodule_search_locations[0]) / "static"
    files = {name: ((folder / path).read_bytes(), media) for name, (path, media) in _FILES.items()}
    return {**files, "cockpit.css": (STYLE.encode(), "text/css")}
