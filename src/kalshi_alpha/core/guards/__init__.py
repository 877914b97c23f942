"""Sequential guards: is the edge still there, and has it been proved."""
