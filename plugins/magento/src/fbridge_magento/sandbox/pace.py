"""How long a real store takes: measured on two cores with Magento Open Source 2.4.7, mails rendered but not sent."""

from __future__ import annotations

REQUEST = 0.045
ORDER_READ = 0.0075
SHIP = 0.150
MAIL = 0.6
