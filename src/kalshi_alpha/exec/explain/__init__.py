"""Why each market was traded or not: the chain from distribution to decision, with its numbers."""
