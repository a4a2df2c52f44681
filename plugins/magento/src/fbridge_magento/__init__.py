"""fbridge for Magento: orders, tracking and status through the Webservice."""
