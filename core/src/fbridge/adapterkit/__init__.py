"""What adapters share: parts of reading, pushing and looking at a store that are the same on several platforms."""
