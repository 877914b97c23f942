"""The tear-sheet: one file that says what would be traded, why, and what would stop it."""
