"""``fbridge demo``: one evening of a shop's office, played on an emulated store in a folder of its own."""
