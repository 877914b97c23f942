"""How much may be lost: position limits, value at risk, expected shortfall, drawdown.

Nothing is imported here, so that the limits that guard an order load without numpy.
"""
