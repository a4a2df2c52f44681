"""Shipments, manifests and carriers: what leaves, with whom."""
