"""fbridge for PrestaShop: orders, tracking and status through the Webservice."""
