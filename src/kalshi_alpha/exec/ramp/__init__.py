"""The ramp: what is read, what is decided, and how the decision is read back."""
