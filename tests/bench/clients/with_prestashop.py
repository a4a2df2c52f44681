"""One order at a time with ``prestapyt``: its row is looked for, read, written with the number, and its state set."""

import json
import sys

from prestapyt import PrestaShopWebServiceDict

SHIPPED = "4"

given = json.load(sys.stdin)
shop = PrestaShopWebServiceDict(given["url"] + "/api", given["settings"]["api_key"])
for order in given["orders"]:
    (row,) = shop.search("order_carriers", options={"filter[id_order]": order["id"]})
    entry = shop.get("order_carriers", row)
    entry["order_carrier"]["tracking_number"] = order["tracking"]
    shop.edit("order_carriers", entry)
    shop.add("order_histories", {"order_history": {"id_order": order["id"], "id_order_state": SHIPPED}})
