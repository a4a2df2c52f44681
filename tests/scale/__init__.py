"""How far it goes past one process: workers over one PostgreSQL, before many emulated stores (``make scale``)."""
