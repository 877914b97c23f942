"""Files on disk: paths, raw snapshots, point-in-time tables, state files, the ledger."""
