"""One order at a time with ``PyMagento``."""

import json
import sys

from magento import Magento

given = json.load(sys.stdin)
shop = Magento(token=given["settings"]["access_token"], base_url=given["url"], scope="default")
for order in given["orders"]:
    track = {"track_number": order["tracking"], "title": "BRT Bartolini", "carrier_code": "custom"}
    shop.ship_order(order["id"], {"notify": False, "tracks": [track]})
