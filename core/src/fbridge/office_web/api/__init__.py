"""The HTTP API under ``/api/v1``: for programs in other languages, over the Python API alone (docs/http-api.md)."""
