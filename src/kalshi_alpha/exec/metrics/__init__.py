"""The desk's figures for Prometheus: over HTTP by the live page, or as a file for a timer."""
