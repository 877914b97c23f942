"""The scoreboard: what the ledger's orders earned in a window, kept apart by what carried them."""
