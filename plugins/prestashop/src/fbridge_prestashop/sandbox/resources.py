"""All resources that the emulated store has data for, and the names of those that it has not."""

from __future__ import annotations

from fbridge_prestashop.sandbox.order_resources import (
    ORDER_CARRIERS,
    ORDER_DETAILS,
    ORDER_HISTORIES,
    ORDER_PAYMENTS,
    ORDERS,
)
from fbridge_prestashop.sandbox.schema import (
    Association,
    Field,
    Resource,
    dates,
    flags,
    floats,
    ints,
    link,
    text,
    texts,
    translated,
)

ADDRESSES = Resource(
    name="addresses",
    node="address",
    class_name="Address",
    description="The Customer, Brand and Customer addresses",
    fields=(
        link("id_customer", "customers"),
        link("id_manufacturer", "manufacturers"),
        link("id_supplier", "suppliers"),
        link("id_warehouse", "warehouse"),
        link("id_country", "countries", required=True),
        link("id_state", "states"),
        text("alias", required=True),
        *texts("company"),
        text("lastname", required=True),
        text("firstname", required=True),
        *texts("vat_number"),
        text("address1", required=True),
        *texts("address2", "postcode"),
        text("city", required=True),
        *texts("other", "phone", "phone_mobile", "dni"),
        *flags("deleted"),
        *dates("date_add", "date_upd"),
    ),
)

CARRIERS = Resource(
    name="carriers",
    node="carrier",
    class_name="Carrier",
    description="The Carriers",
    fields=(
        *flags("deleted", "is_module"),
        link("id_tax_rules_group", dynamic=True),
        link("id_reference"),
        text("name", required=True),
        Field(name="active", format=flags("active")[0].format, required=True),
        *flags("is_free"),
        *texts("url"),
        *flags("shipping_handling", "shipping_external", "range_behavior"),
        *ints("shipping_method", "max_width", "max_height", "max_depth"),
        *floats("max_weight"),
        *ints("grade"),
        *texts("external_module_name"),
        *flags("need_range"),
        *ints("position"),
        translated("delay"),
    ),
)

CONFIGURATIONS = Resource(
    name="configurations",
    node="configuration",
    class_name="Configuration",
    description="Shop configuration",
    fields=(
        *texts("value"),
        text("name", required=True),
        link("id_shop_group"),
        link("id_shop"),
        *dates("date_add", "date_upd"),
    ),
)

COUNTRIES = Resource(
    name="countries",
    node="country",
    class_name="Country",
    description="The countries",
    fields=(
        link("id_zone", "zones", required=True),
        link("id_currency"),
        *ints("call_prefix"),
        text("iso_code", required=True),
        *flags("active", "contains_states", "need_identification_number", "need_zip_code"),
        *texts("zip_code_format"),
        *flags("display_tax_label"),
        translated("name"),
    ),
)

CURRENCIES = Resource(
    name="currencies",
    node="currency",
    class_name="Currency",
    description="The currencies",
    fields=(
        text("name", required=True),
        text("iso_code", required=True),
        *texts("numeric_iso_code"),
        *ints("precision"),
        *floats("conversion_rate", required=True),
        *flags("deleted", "active", "unofficial", "modified"),
    ),
)

CUSTOMERS = Resource(
    name="customers",
    node="customer",
    class_name="Customer",
    description="The e-shop's customers",
    fields=(
        link("id_default_group", "groups"),
        link("id_lang", "languages"),
        *dates("newsletter_date_add"),
        *texts("ip_registration_newsletter"),
        *dates("last_passwd_gen"),
        *texts("secure_key"),
        *flags("deleted"),
        text("passwd", required=True),
        text("lastname", required=True),
        text("firstname", required=True),
        text("email", required=True),
        link("id_gender"),
        *texts("birthday"),
        *flags("newsletter", "optin"),
        *texts("website", "company", "siret", "ape"),
        *floats("outstanding_allow_amount"),
        *flags("show_public_prices"),
        link("id_risk"),
        *ints("max_payment_days"),
        *flags("active"),
        *texts("note"),
        *flags("is_guest"),
        link("id_shop"),
        link("id_shop_group"),
        *dates("date_add", "date_upd"),
        *texts("reset_password_token"),
        *dates("reset_password_validity"),
    ),
    associations=(Association(name="groups", node="group", fields=(*ints("id"),)),),
)

LANGUAGES = Resource(
    name="languages",
    node="language",
    class_name="Language",
    description="Shop languages",
    fields=(
        text("name", required=True),
        text("iso_code", required=True),
        *texts("locale", "language_code"),
        *flags("active", "is_rtl"),
        *texts("date_format_lite", "date_format_full"),
    ),
)

ORDER_STATES = Resource(
    name="order_states",
    node="order_state",
    class_name="OrderState",
    description="The Order statuses",
    fields=(
        *flags("unremovable", "delivery", "hidden", "send_email"),
        *texts("module_name"),
        *flags("invoice"),
        *texts("color"),
        *flags("logable", "shipped", "paid", "pdf_delivery", "pdf_invoice", "deleted"),
        translated("name"),
        translated("template"),
    ),
)

SHOPS = Resource(
    name="shops",
    node="shop",
    class_name="Shop",
    description="Shops from multi-shop feature",
    fields=(
        link("id_shop_group", required=True),
        link("id_category", required=True),
        *flags("active", "deleted"),
        text("name", required=True),
        *texts("color", "theme_name"),
    ),
)

STATES = Resource(
    name="states",
    node="state",
    class_name="State",
    description="The available states of countries",
    fields=(
        link("id_zone", "zones", required=True),
        link("id_country", "countries", required=True),
        text("iso_code", required=True),
        text("name", required=True),
        *flags("active"),
    ),
)

RESOURCES: dict[str, Resource] = {
    resource.name: resource
    for resource in (
        ADDRESSES,
        CARRIERS,
        CONFIGURATIONS,
        COUNTRIES,
        CURRENCIES,
        CUSTOMERS,
        LANGUAGES,
        ORDER_CARRIERS,
        ORDER_DETAILS,
        ORDER_HISTORIES,
        ORDER_PAYMENTS,
        ORDER_STATES,
        ORDERS,
        SHOPS,
        STATES,
    )
}

_KNOWN = """
addresses attachments carriers cart_rules carts categories combinations configurations contacts
content_management_system countries currencies customer_messages customer_threads customers customizations
deliveries employees groups guests image_types images languages manufacturers messages order_carriers
order_cart_rules order_details order_histories order_invoices order_payments order_slip order_states orders
price_ranges product_customization_fields product_feature_values product_features product_option_values
product_options product_suppliers products search shop_groups shop_urls shops specific_price_rules
specific_prices states stock_availables stock_movement_reasons stock_movements stocks stores suppliers
supply_order_details supply_order_histories supply_order_receipt_histories supply_order_states supply_orders
tags tax_rule_groups tax_rules taxes translated_configurations warehouse_product_locations warehouses
weight_ranges zones
"""
_GONE_IN_NINE = frozenset(
    {
        "supply_order_details",
        "supply_order_histories",
        "supply_order_receipt_histories",
        "supply_order_states",
        "supply_orders",
        "warehouse_product_locations",
    }
)


def known_resources(version: str) -> list[str]:
    """Every resource of a version; the key of the emulated store has no permission for the others."""
    if not version.startswith("9."):
        return _KNOWN.split()
    return sorted({*_KNOWN.split(), "order_returns"} - _GONE_IN_NINE)
