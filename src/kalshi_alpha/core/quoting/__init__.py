"""From what we want to rest to what must be sent: when to re-price, when to keep queue place."""
