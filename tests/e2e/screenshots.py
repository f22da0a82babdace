"""`python -m tests.e2e.screenshots [FOLDER]`: the app as pictures.

Without a folder it makes the README's pictures, `assets/screenshot.png` and `assets/playground.png`; with one, every
page in light and dark, wide and narrow.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.e2e.browser import find_chromium, launch, serve

ASSETS = Path(__file__).parents[2] / "assets"
SPIRALS = "playground?mode=Instant"
EUROPE = (
    "playground?mode=Instant&data.source=European+countries&model.hidden=64,64,64,64,64,64&model.activation=ReLU"
    "&optimizer.learning_rate=0.005&schedule.name=One+cycle&batch_size=64&epochs=12"
)
PAGES = {"home": "", "data": "data", "train": "train", "playground": SPIRALS, "europe": EUROPE, "compare": "compare"}
WIDTHS = {"wide": 1440, "narrow": 420}
HEIGHT, TALLEST = 1000, 6000
IDLE = "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"


def main() -> None:
    """Serve the app on a home of its own, train the default network, and take the pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as home, serve(Path(home)) as url, launch(find_chromium()) as browser:
        page = open_page(browser, f"{url}/train", 1440, "light")
        page.get_by_role("button", name="Train", exact=True).click()
        page.locator(".stMarkdownBadge", has_text="Finished").wait_for(timeout=300_000)
        settle(page)
        if folder is None:
            shoot(page, "screenshot")
            shoot(open_page(browser, f"{url}/{EUROPE}", 1440, "light"), "playground")
            return
        folder.mkdir(parents=True, exist_ok=True)
        addresses = {name: f"{url}/{path}" for name, path in PAGES.items()} | {"run": page.url}
        for name, address in addresses.items():
            for size, width in WIDTHS.items():
                for theme in ("light", "dark"):
                    shot = open_page(browser, address, width, theme)
                    whole(shot)
                    shot.screenshot(path=folder / f"{name}-{size}-{theme}.png")
                    shot.context.close()


def open_page(browser: Browser, address: str, width: int, theme: str) -> Page:
    """A fresh tab at `address`, drawn."""
    page = browser.new_context(viewport={"width": width, "height": HEIGHT}, color_scheme=theme).new_page()
    page.set_default_timeout(120_000)
    page.goto(address)
    page.get_by_role("heading").first.wait_for()
    settle(page)
    return page


def shoot(page: Page, name: str) -> None:
    """The first screenful of a page, into `assets`."""
    page.screenshot(path=ASSETS / f"{name}.png", clip={"x": 0, "y": 0, "width": 1440, "height": HEIGHT})


def settle(page: Page) -> None:
    """Wait until the page has been quiet for a moment."""
    page.wait_for_function(IDLE)
    page.wait_for_timeout(1500)
    page.wait_for_function(IDLE)


def whole(page: Page) -> None:
    """Make the window as tall as the page."""
    height = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": min(height + 20, TALLEST)})
    page.wait_for_timeout(1000)


if __name__ == "__main__":
    main()
