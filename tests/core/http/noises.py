"""What a store's other software writes around an answer, and what it is called."""

from __future__ import annotations

import json
from collections.abc import Callable

from fbridge.http import StoreHttp

Connect = Callable[..., StoreHttp]

ORDERS = [
    {"id": 1, "name": "Anna <!-- Rossi -->"},
    {"id": 2, "name": "<b>Notice</b>: x"},
    {"id": 3, "name": "[]"},
]
BODY = json.dumps(ORDERS, ensure_ascii=False).encode()
PATH = "/var/www/html/wp-content/plugins/akismet/class.php"
HTML_NOTICE = f"<br />\n<b>Notice</b>:  Undefined index: x in <b>{PATH}</b> on line <b>12</b><br />\n"
DEPRECATED = (
    "<br />\n<b>Deprecated</b>:  Optional parameter $a declared before required parameter $b is implicitly "
    "treated as a required parameter in <b>/home/x/html/modules/ps_mailer/mailer.php</b> on line <b>7</b><br />\n"
)
TEXT_WARNING = (
    '\nWarning: Undefined array key "x" in /srv/wp-content/themes/storefront/functions.php on line 3\n'
    "PHP Warning:  foreach() argument must be of type array|object, null given in "
    "/srv/app/code/Acme/Tools/a.php on line 9\n"
)
UNCAUGHT = (
    "PHP Fatal error:  Uncaught Error: Call to undefined function a() in /srv/vendor/acme/mail/src/a.php:3\n"
    "Stack trace:\n#0 /srv/index.php(12): run(Array)\n#1 {main}\n"
    "  thrown in /srv/vendor/acme/mail/src/a.php on line 3\n"
)
WRONG_ARGUMENT = (
    "Fatal error: Uncaught TypeError: a(): Argument #1 must be a string, null given, called in /srv/a.php on line 3 "
    "and defined in /srv/b.php:12\nStack trace:\n#0 {main}\n  thrown in /srv/b.php on line 12\n"
)
CHAINED = (
    "PHP Fatal error:  Uncaught Exception: a in /srv/a.php:3\nStack trace:\n#0 /srv/b.php(1): a()\n#1 {main}\n\n"
    "Next RuntimeError: b in /srv/b.php:4\nStack trace:\n#0 {main}\n  thrown in /srv/b.php on line 4\n"
)
XDEBUG_LINES = (
    "PHP Notice:  Undefined variable: a in /srv/a.php on line 3\n"
    "PHP Stack trace:\nPHP   1. {main}() /srv/a.php:0\n"
)
XDEBUG = (
    "<br />\n<font size='1'><table class='xdebug-error xe-notice' dir='ltr'><tr><th>( ! ) Notice: Undefined offset"
    "</th></tr></table></font>\n"
)
DATABASE = (
    '<div id="error"><p class="wpdberror"><strong>WordPress database error:</strong> [Table x]</p></div>'
)
BEFORE = {
    "notice": (HTML_NOTICE, "PHP notice before the JSON: Undefined index: x, plugin akismet"),
    "deprecated": (DEPRECATED, "PHP deprecated before the JSON: Optional parameter"),
    "module": (DEPRECATED, ", module ps_mailer"),
    "theme": (TEXT_WARNING, ", theme storefront"),
    "magento module": (TEXT_WARNING, ", module Acme/Tools"),
    "many": (HTML_NOTICE * 3 + TEXT_WARNING, "PHP notice before the JSON"),
    "chained": (CHAINED, "PHP fatal error before the JSON: Uncaught Exception: a"),
    "xdebug's lines": (XDEBUG_LINES, "PHP notice before the JSON: Undefined variable: a"),
    "xdebug": (XDEBUG, "PHP message before the JSON: ( ! ) Notice: Undefined offset"),
    "database": (DATABASE, "database message before the JSON: WordPress database error"),
    "comment": ("<!-- WP Fastest Cache -->\n", "HTML comment before the JSON"),
    "two byte order marks": ("\ufeff\ufeff", "byte order mark before the JSON"),
    "line break and byte order mark": ("\r\n\ufeff", "byte order mark before the JSON"),
    "dump": (
        "<pre class='xdebug-var-dump'>array(1) { [0] => 1 }</pre>",
        "printed debugging text before the JSON",
    ),
    "var_dump": (
        'string(3) "abc"\nint(5)\nbool(true)\nNULL\nenum(A\\B)\n',
        "printed debugging text before the JSON",
    ),
    "headers": ("X-Powered-By: PHP/8.1\r\nContent-type: text/html\r\n\r\n", "HTTP headers before the JSON"),
    "shebang": ("#!/usr/bin/env php\n", "first line of a script before the JSON"),
    "guard": (")]}',\n", "guard against inclusion before the JSON"),
    "guard on the line": (")]}'", "guard against inclusion before the JSON"),
    "empty object as a guard": ("{}&&", "guard against inclusion before the JSON"),
    "twice encoded mark": ("ï»¿", "byte order mark before the JSON"),
    "place after a colon": (
        "Deprecated: Foo in /srv/app/code/Acme/Tools/a.php:12\n",
        "PHP deprecated before the JSON: Foo, module Acme/Tools",
    ),
    "startup": (
        "PHP Startup: Unable to load dynamic library 'x' in Unknown on line 0\n",
        "PHP startup before the JSON: Unable to load",
    ),
    "dumped list": ('array(1) {\n  [0]=>\n  string(1) "a"\n}\n', "printed debugging text before the JSON"),
    "printed object": ("stdClass Object\n(\n    [a] => b\n)\n", "printed debugging text before the JSON"),
    "database in plain text": (
        "WordPress database error: [Unknown column 'x']\nSELECT x FROM wp_posts\n",
        "database message before the JSON: WordPress database error: [Unknown column",
    ),
    "script": ('<script>var a = {"id": 9};</script>\n', "HTML before the JSON"),
    "log of PHP": (
        f"PHP message: {TEXT_WARNING.strip()}\n",
        "PHP warning before the JSON: Undefined array key",
    ),
    "line of a log": (
        '[2026-11-29T02:00:00+00:00] app.DEBUG: x {"a": 1} []\n',
        "line of a log before the JSON: x",
    ),
    "call stack": (
        f"\nNotice: x in {PATH} on line 5\n\nCall Stack:\n    0.0003     393464   1. {{main}}() /srv/index.php:0\n\n",
        "PHP notice before the JSON: x, plugin akismet",
    ),
    "safe headers": ("Strict-Transport-Security: max-age=1\nStatus: 200\n\n", "HTTP headers before the JSON"),
    "status line": ("HTTP/1.1 200 OK\r\nDate: today\r\n\r\n", "HTTP headers before the JSON"),
}
AFTER = {
    "comment": ("\n<!-- Page generated in 0.31 seconds. [x] {y} -->\n", "HTML comment after the JSON"),
    "notice": (HTML_NOTICE, "PHP notice after the JSON: Undefined index: x, plugin akismet"),
    "uncaught": (UNCAUGHT, "PHP fatal error after the JSON: Uncaught Error: Call to undefined function a()"),
    "script": ('<script>var a = {"id": 9};</script>\n', "HTML after the JSON"),
    "pixel": ('<img src="https://x.example/p.gif" alt="">', "HTML after the JSON"),
    "byte order mark": ("\ufeff", "byte order mark after the JSON"),
    "comment of a program": ("/* generated in 0.3 s */", "comment after the JSON"),
    "critical error": (
        "<p>There has been a critical error on this website.</p>",
        "message of WordPress after the JSON: There has been a critical error",
    ),
    "null bytes": ("\0\0", ""),
    "end of a file of DOS": ("\x1a", ""),
    "ends of a page": ("</body>\n</html>\n", "HTML after the JSON"),
    "frame": ('<iframe src="https://x.example/n.html"></iframe>', "HTML after the JSON"),
    "profiler": ("<table border=1><caption>Code Profiler (x)</caption></table>", "table of a profiler after"),
    "wrong argument": (
        WRONG_ARGUMENT,
        "PHP fatal error after the JSON: Uncaught TypeError: a()",
    ),
}

LOGIN = b"<!DOCTYPE html><html><head><title>Log in</title></head><body><form></form></body></html>"
