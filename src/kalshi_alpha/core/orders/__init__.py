"""The life of an order: intent, send, acknowledgement, fill, and every way it can go wrong."""
