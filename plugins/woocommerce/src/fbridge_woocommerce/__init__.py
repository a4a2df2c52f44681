"""The WooCommerce plugin of fbridge."""
