"""Bring recordings of markets into the store's tables."""
