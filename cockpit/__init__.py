"""The cockpit: live panes, the runbook and the timeline of one incident in one terminal."""

__version__ = "0.1.0"
