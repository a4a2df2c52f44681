"""``python -m fbridge`` is the ``fbridge`` command."""

from fbridge.cli.main import main

main()
