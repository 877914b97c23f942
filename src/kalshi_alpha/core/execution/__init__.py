"""What becomes of an order: fill odds, queue position, slippage, and the paper fill rule."""
