"""Long work that goes on by itself: a child process of the same command line with its row in the database."""
