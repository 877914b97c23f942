"""Pages and tools for looking at the desk: loopback only, and nothing here can place or arm."""
