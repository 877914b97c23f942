"""The live page: what the desk's files say and what the venue's books show, on loopback only."""
