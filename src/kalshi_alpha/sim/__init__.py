"""A local exchange that speaks the venue's protocol, for practice and for proof."""
