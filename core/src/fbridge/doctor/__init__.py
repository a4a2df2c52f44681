"""``fbridge doctor``: the whole installation looked at, nothing sent and nothing changed."""
