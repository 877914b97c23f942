"""The edge towards the venue: what it sends, what may be sent to it, and stand-ins for it."""
