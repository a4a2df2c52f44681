"""The page of the office: what ``fbridge office`` serves, over the Python API alone (extra ``office-web``)."""
