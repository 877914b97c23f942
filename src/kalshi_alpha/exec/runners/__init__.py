"""Single commands that read, decide and propose."""
