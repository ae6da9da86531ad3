"""Takes a picture of a dashboard, once every chart of it is drawn.

python picture.py ADDRESS CHROMIUM PICTURE
"""

import os
import sys

from playwright.sync_api import TimeoutError, sync_playwright

# How long a slow machine may take, in milliseconds.
PATIENCE = 600_000
CHART = ".dashboard-component-chart-holder"
# A chart that is drawn has something in it and no sign of waiting.
ALL_DRAWN = """(chart) => {
    const charts = [...document.querySelectorAll(chart)];
    const isDrawn = (chart) => chart.querySelector('canvas, table, .header-line') && !chart.querySelector('.loading');
    return charts.length >= 7 && charts.every(isDrawn);
}"""

address, chromium, picture = sys.argv[1:]
with sync_playwright() as playwright:
    # Chromium has no sandbox for root.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    browser = playwright.chromium.launch(executable_path=chromium, args=options)
    page = browser.new_page(viewport={"width": 1440, "height": 1400})
    page.goto(os.environ["SUPERSET_URL"] + "/login/")
    page.fill("input#username, input[name=username]", "admin")
    page.fill("input#password, input[name=password]", os.environ["SUPERSET_PASSWORD"])
    page.press("input#password, input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url, timeout=PATIENCE)
    page.goto(address)
    page.wait_for_selector(CHART, timeout=PATIENCE)
    try:
        page.wait_for_function(ALL_DRAWN, arg=CHART, timeout=PATIENCE)
    except TimeoutError:
        # The picture shows what is missing.
        page.screenshot(path=picture, full_page=True)
        sys.exit(f"not every chart is drawn after {PATIENCE // 1000} seconds: see {picture}")
    errors = page.locator(f"{CHART} .ant-alert, {CHART} [role=alert]")
    if errors.count():
        sys.exit(f"a chart says: {errors.first.inner_text()}")
    page.wait_for_timeout(2_000)
    page.screenshot(path=picture, full_page=True)
    browser.close()
