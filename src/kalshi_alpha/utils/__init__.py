"""One door that the run-book names; nothing else lives here."""
