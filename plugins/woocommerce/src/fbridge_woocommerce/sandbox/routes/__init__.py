"""The REST routes of the store, one module a resource."""
