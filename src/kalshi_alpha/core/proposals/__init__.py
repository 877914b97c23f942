"""From ladders, books and forecasts to proposals, and for everything else the reason why not."""
