"""The workflow: orders in, shipments and manifests, pushes out. Services that ``Bridge`` offers."""
