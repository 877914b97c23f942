"""The pilot bundle: its members, and what they say together."""
