"""The command line: commands parse, call one method of ``fbridge.bridge.Bridge``, and print."""
