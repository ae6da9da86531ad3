"""Takes a picture of a dashboard, once every chart of it is drawn.

python picture.py ADDRESS CHROMIUM PICTURE
"""

import os
import sys

from playwright.sync_api import sync_playwright

address, chromium, picture = sys.argv[1:]
with sync_playwright() as playwright:
    # Chromium has no sandbox for root.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    browser = playwright.chromium.launch(executable_path=chromium, args=options)
    page = browser.new_page(viewport={"width": 1440, "height": 1250})
    page.goto(os.environ["SUPERSET_URL"] + "/login/")
    page.fill("input#username, input[name=username]", "admin")
    page.fill("input#password, input[name=password]", os.environ["SUPERSET_PASSWORD"])
    page.press("input#password, input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url, timeout=60_000)
    page.goto(address)
    page.wait_for_selector(".dashboard-component-chart-holder", timeout=120_000)
    # A chart that is drawn has something in it and no sign of waiting.
    page.wait_for_function(
        """() => {
            const charts = [...document.querySelectorAll('.dashboard-component-chart-holder')];
            const isDrawn = (chart) => chart.querySelector('canvas, table, .header-line') && !chart.querySelector('.loading');
            return charts.length >= 7 && charts.every(isDrawn);
        }""",
        timeout=180_000,
    )
    errors = page.locator(".dashboard-component-chart-holder .ant-alert, .dashboard-component-chart-holder [role=alert]")
    if errors.count():
        sys.exit(f"a chart says: {errors.first.inner_text()}")
    page.wait_for_timeout(2_000)
    page.screenshot(path=picture, full_page=True)
    browser.close()
