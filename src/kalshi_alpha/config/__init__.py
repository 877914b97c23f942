"""Frozen settings, decoded once, and the baselines below which no guardrail may fall."""
