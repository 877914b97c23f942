"""How much to quote: Kelly sizes for one contract, a partition and a whole ladder, then truncation.

Import the module that is needed; this package pulls in nothing by itself, because the lot and
cap arithmetic belongs to the safety kernel, which starts without NumPy.
"""
