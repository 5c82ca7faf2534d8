"""From a team's Markdown to procedures, phases, steps and commands: pure functions, no input or output."""
