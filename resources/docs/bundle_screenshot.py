"""Takes the picture of a bundle's web page, in light and in dark, after it has answered for its sample.

Needs Debian's ``chromium`` and ``chromium-driver``, and selenium, which come with what the tests need.
"""

from __future__ import annotations

import functools
import http.server
import shutil
import tempfile
import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

WIDTH, HEIGHT = 1000, 940
OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
)
TIMEOUT_SECONDS = 60


def take_bundle(bundle: Path, out: Path) -> None:
    """Serve ``bundle``, have its page answer, and write ``bundle_light.png`` and ``bundle_dark.png`` to ``out``."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(bundle))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    with tempfile.TemporaryDirectory() as profile:
        for option in (*OPTIONS, f"--user-data-dir={profile}", f"--window-size={WIDTH},{HEIGHT}"):
            options.add_argument(option)
        browser = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        try:
            browser.get(f"http://127.0.0.1:{server.server_port}/web/")
            _wait(browser, lambda: browser.find_element(By.TAG_NAME, "body").get_attribute("data-state") == "ready")
            browser.find_element(By.ID, "sample").click()
            _wait(browser, lambda: browser.find_element(By.ID, "time").text)
            for scheme in ("light", "dark"):
                media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
                browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
                picture = Image.open(BytesIO(browser.get_screenshot_as_png())).convert("RGB")
                picture.save(out / f"bundle_{scheme}.png", optimize=True)
        finally:
            browser.quit()
            server.shutdown()
            server.server_close()


def _wait(browser: webdriver.Chrome, what: Callable[[], object]) -> None:
    WebDriverWait(browser, TIMEOUT_SECONDS).until(lambda _: what())
