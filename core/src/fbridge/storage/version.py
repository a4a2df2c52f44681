"""The schema version of this fbridge. A test holds it to the newest migration."""

HEAD_REVISION = "0002"
KNOWN_REVISIONS = ("0001", "0002")
