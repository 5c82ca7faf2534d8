"""One command-line verb a file; each imports what it needs only when it is called."""
