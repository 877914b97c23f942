"""Monitors: each looks at one thing, writes what it found, and says what to do about it."""
