"""Markdown to `cockpit.model.runbook`: pure functions, no input or output."""
