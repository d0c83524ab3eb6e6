"""A visit to the pages: what the browser is asked about each of them, and what it complains about."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

NAMELESS = """() => [...document.querySelectorAll("button, a, input, select, textarea, [role=button]")]
  .filter(e => e.checkVisibility({ visibilityProperty: true }) && !e.closest("[aria-hidden=true]"))
  .filter(e => !(e.innerText || "").trim() && !e.getAttribute("aria-label") && !e.labels?.length)
  .map(e => e.outerHTML.slice(0, 200))"""

# Tables and figures that reach beyond the card they lie in.
TOO_WIDE = """() => [...document.querySelectorAll(".card table, .key-figure *")]
  .filter(e => { const card = e.closest(".card, .key-figure").getBoundingClientRect();
                 return e.getBoundingClientRect().right > card.right + 1; })
  .map(e => e.outerHTML.slice(0, 100))"""

# Words of English in the Chinese pages, but for units, device names and the language switch itself.
ENGLISH = """() => [...document.querySelectorAll("h1, h2, h3, th, label, legend, .caption, .ant-btn, .empty")]
  .filter(e => !e.closest("[lang=en]")).map(e => e.innerText.trim())
  .filter(text => /[A-Za-z]{4,}/.test(text.replace(/kWh|kgce/g, "")))"""


@dataclass
class Visit:
    """A signed-in page and what the browser complained about on the way."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        host = urlsplit(self.url).netloc

        def request(sent: Request) -> None:
            parts = urlsplit(sent.url)
            if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != host:
                self.foreign.append(sent.url)

        def said(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                self.complaints.append(f"{message.type}: {message.text}")

        context.on("request", request)
        context.on("console", said)
        context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))

    def shot(self, name: str) -> None:
        """Keep a picture where CIVICWATT_SCREENSHOTS names a folder."""
        if folder := os.environ.get("CIVICWATT_SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{name}.png")
