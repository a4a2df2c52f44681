"""Somebody before a real browser at the page of the office, who counts what they click and press."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenium.common.exceptions import (
    NoSuchElementException,
    StaleElementReferenceException,
    TimeoutException,
)
from selenium.webdriver import ActionChains, Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text("utf-8")
MOST_SECONDS = 20
WIDE, NARROW = (1280, 900), (320, 700)


def missing_programs() -> list[str]:
    """What a browser needs and is not on this machine."""
    return [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]


@contextmanager
def browser(folder: Path) -> Iterator[Chrome]:
    """A headless Chromium with a profile of its own."""
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--lang=en"):
        options.add_argument(word)
    options.add_argument(f"--user-data-dir={folder}")
    options.add_experimental_option("prefs", {"intl.accept_languages": "en"})
    driver = Chrome(options=options, service=ChromeService(shutil.which("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()


@dataclass
class Clerk:
    """``clicks`` and ``keys`` count what a person does; what the scanner types is not theirs."""

    driver: Chrome
    url: str
    clicks: int = 0
    keys: int = 0

    def sign_in(self, name: str, password: str) -> None:
        self.driver.get(self.url)
        self.find("#name").send_keys(name)
        self.find("#password").send_keys(password + Keys.ENTER)
        self.see("h1", "The day")

    def find(self, place: str) -> WebElement:
        found: WebElement = self.wait(lambda: self.driver.find_element(By.CSS_SELECTOR, place))
        return found

    def see(self, place: str, words: str) -> None:
        """Wait until these words stand there."""
        self.wait(lambda: words in self.driver.find_element(By.CSS_SELECTOR, place).text)

    def click(self, words: str) -> None:
        """Press what is called so."""
        self.clicks += 1
        self.wait(lambda: self._named(words).click() or True)

    def press(self, words: str) -> None:
        """The same without a mouse: on with Tab until it has the focus, and Enter."""
        target = self.wait(lambda: self._named(words))
        for _ in range(200):
            self.keys += 1
            ActionChains(self.driver).send_keys(Keys.TAB).perform()
            if self.driver.switch_to.active_element == target:
                break
        self.keys += 1
        ActionChains(self.driver).send_keys(Keys.ENTER).perform()

    def scan(self, code: str) -> str:
        """What the scanner types, wherever the focus is; the answer."""
        before = self._count()
        ActionChains(self.driver, duration=0).send_keys(code + Keys.ENTER).perform()
        self.wait(lambda: self._count() > before)
        return self.find("#answer").text

    def faults(self, only: str = "") -> list[str]:
        """What axe finds on the page as it is: by WCAG up to 2.2 AA and its own best practices, or by one rule."""
        self.driver.execute_script(f"if (!window.axe) {{ {AXE} }}")
        found = self.driver.execute_async_script(
            "const [rules, done] = arguments;"
            "axe.run(document, rules ? {runOnly: [rules]} : {rules: {'target-size': {enabled: true}}})"
            ".then((one) => done(one.violations));",
            only,
        )
        return [f"{one['id']}: {[node['html'] for node in one['nodes']]}" for one in found]

    def look(self, *, dark: bool = False, size: tuple[int, int] = WIDE) -> None:
        """As the system says: light or dark, and how wide."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def too_wide(self) -> int:
        """How many pixels the page is wider than the window."""
        return int(
            self.driver.execute_script(
                "const page = document.documentElement; return page.scrollWidth - page.clientWidth"
            )
        )

    def _count(self) -> int:
        return int(self.find("#answer").get_attribute("data-count") or 0)

    def _named(self, words: str) -> WebElement:
        path = f"//*[self::a or self::button or self::label][starts-with(normalize-space(), '{words}')]"
        return self.driver.find_element(By.XPATH, path)

    def wait(self, condition: Callable[[], Any]) -> Any:
        """Until it is so; a part of the page that is replaced meanwhile is looked at again."""
        again = (NoSuchElementException, StaleElementReferenceException)
        waiting = WebDriverWait(self.driver, MOST_SECONDS, poll_frequency=0.02, ignored_exceptions=again)
        try:
            return waiting.until(lambda _: condition())
        except TimeoutException:
            shown = self.driver.find_element(By.TAG_NAME, "body").text
            raise AssertionError(f"{self.driver.current_url} shows:\n{shown[:3000]}") from None
