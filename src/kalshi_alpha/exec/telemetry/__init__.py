"""What a live session did, as JSON lines by UTC day: written, smoke-tested, read and shipped."""
