"""The whole way of some orders through a store of one's own: ``make real`` (docs/real-stores.md)."""
