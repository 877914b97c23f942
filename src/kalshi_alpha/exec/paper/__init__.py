"""Orders on paper: filled by tapes, kept until their end, judged by closing mids."""
