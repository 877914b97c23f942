"""What the system would have done on the recorded tape, and why."""
