"""A session at an exchange: one account, one series, from the first question to the last cancel."""
