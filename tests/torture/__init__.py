"""The torture run: real pushes, killed and stopped at random instants, with every fault at the same time."""
