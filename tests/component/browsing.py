"""Pages of imitations in a browser."""

from playwright.async_api import Browser, Page


async def open_page(browser: Browser, width: int, url: str) -> Page:
    """Return a page of `width` showing `url`, where nothing is wider than the window."""
    page = await browser.new_page(viewport={"width": width, "height": 844})
    await page.goto(url)
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    return page
