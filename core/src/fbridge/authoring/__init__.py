"""What plugin authors get beside the contract: ``fbridge plugin check`` and ``fbridge plugin new``."""
