"""Programs that are told what happened: local plugins of the group ``fbridge.listeners`` (docs/listeners.md)."""
