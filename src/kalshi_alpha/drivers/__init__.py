"""One package per public feed, each with the same files: fetch, parse, schema, errors."""
