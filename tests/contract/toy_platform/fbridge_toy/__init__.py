"""A platform that exists for the tests of the conformance kit: the smallest adapter that keeps every promise."""
