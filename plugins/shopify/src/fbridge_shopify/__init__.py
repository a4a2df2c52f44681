"""fbridge for Shopify: orders, tracking and status through the Webservice."""
