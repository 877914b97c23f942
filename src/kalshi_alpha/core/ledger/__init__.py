"""The ledger: what was believed, posted, filled and paid, and whether the two agree."""
