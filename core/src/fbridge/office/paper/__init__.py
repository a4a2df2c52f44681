"""Paper: what a driver signs, what a warehouse picks by, what goes into the parcel."""
