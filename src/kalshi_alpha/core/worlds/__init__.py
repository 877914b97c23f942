"""Truth worlds: simulated trading years in which it is known whether there was an edge."""
