"""Values in, values out: no clock, environment, file, network, printing or hidden randomness."""
