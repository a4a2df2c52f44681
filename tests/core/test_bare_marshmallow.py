"""marshmallow's check of mail addresses costs nothing until a plugin's setting uses it, and works then."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import re
compile = re.compile
from fbridge.settings.bare_marshmallow import marshmallow
assert re.compile is compile
assert not isinstance(marshmallow.validate.Email.DOMAIN_REGEX, re.Pattern)
class Fields(marshmallow.Schema):
    mail = marshmallow.fields.Email()
print([sorted(Fields().validate({"mail": mail})) for mail in ("a@b.it", "è@caffè.it", "a@b", "a b@c.it")])
"""


def test_a_setting_that_is_a_mail_address_is_checked_as_ever() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[[], [], ['mail'], ['mail']]"
