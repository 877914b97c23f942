"""Forecasts, one package per family; each is found by its entry point and knows no other."""
