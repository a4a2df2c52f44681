"""What happened: the story of an order, and what is forgotten of it."""
