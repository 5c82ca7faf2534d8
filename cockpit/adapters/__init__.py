"""One technology a file; drivers and their types stay inside."""
