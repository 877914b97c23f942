"""The state of a desk, read from the files below its root and never written."""
