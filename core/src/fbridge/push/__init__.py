"""The push: the ledger, the plan, the run, recovery, and the ways out."""
