"""The ramp: what the ledger shows of each family, and how large a pilot may be."""
