"""Files out: what a courier's program and an ERP read, as saved maps say."""
