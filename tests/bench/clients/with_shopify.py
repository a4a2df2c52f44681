"""One order at a time with ``ShopifyAPI``: its fulfillment orders are read, then a fulfillment is made of each."""

import json
import sys

import shopify

OPEN = """query($id: ID!) { order(id: $id) { fulfillmentOrders(first: 5) { nodes { id status } } } }"""
SHIP = """mutation($it: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $it) { fulfillment { id status } userErrors { message } }
}"""

given = json.load(sys.stdin)
shopify.ShopifyResource.set_site(given["url"] + "/admin/api/2026-10")
shopify.ShopifyResource.set_headers({"X-Shopify-Access-Token": given["settings"]["access_token"]})
client = shopify.GraphQL()
for order in given["orders"]:
    found = json.loads(client.execute(OPEN, {"id": order["id"]}))
    parts = found["data"]["order"]["fulfillmentOrders"]["nodes"]
    for part in (one for one in parts if one["status"] == "OPEN"):
        fulfillment = {
            "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": part["id"]}],
            "notifyCustomer": True,
            "trackingInfo": {"company": "BRT", "number": order["tracking"]},
        }
        made = client.execute(SHIP, {"it": fulfillment})
        told = json.loads(made)["data"]["fulfillmentCreate"]
        if told["userErrors"] or not told["fulfillment"]:
            raise SystemExit(f"order {order['id']}: {made}")
