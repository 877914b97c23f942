"""The quoting loop: from books, forecast and gate to orders that rest."""
