"""A session that was recorded, lived through again."""
