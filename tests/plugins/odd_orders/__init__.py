"""Orders in the odd forms that real stores send, on all platforms."""
