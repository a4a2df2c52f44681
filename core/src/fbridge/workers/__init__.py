"""Past one machine: tasks in PostgreSQL, worked by any number of hosts (docs/workers.md)."""
