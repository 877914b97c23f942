"""The one command, ``kalshi-alpha``: what the ``python -m`` modules run, under one roof."""
