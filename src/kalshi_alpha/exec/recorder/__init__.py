"""Record what the venue's stream says: raw frames at first, sealed tables after each day."""
