"""How quickly the Playground answers, as a person with a browser feels it."""

import tempfile
from pathlib import Path

import numpy as np

from benchmarks.row import Row
from tests.e2e.browser import find_chromium, launch, serve

TURNS, WATCHED_MS = 15, 5000
DEEP = "model.hidden=8,8,8,8,8,8"


def plane() -> list[Row]:
    """The whole training at every move of a control, one update, and what is drawn while it plays."""
    path = find_chromium()
    if path is None:
        return [Row("The Playground in a browser", "no Chromium found", "", "", "", False)]
    with tempfile.TemporaryDirectory() as home, launch(path) as browser, serve(Path(home)) as url:
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(60_000)
        page.goto(f"{url}/playground?{DEEP}&mode=Instant")
        page.get_by_role("button", name="Film (GIF)").wait_for()
        page.wait_for_timeout(20_000)  # the workers start, and the engine is compiled
        # Never the same twice, and far apart, so that the numbers on the page tell each from the one before.
        rates = [(0.003, 0.0001)[turn % 2] * (1 + turn / 100) for turn in range(TURNS + 2)]
        trained = [_enter(page, "Learning rate", f"{rate:g}") for rate in rates][2:]

        page.goto(f"{url}/playground?{DEEP}")
        step = page.get_by_role("button", name="Step", exact=True)
        step.wait_for()
        page.wait_for_timeout(2000)
        stepped = [_click(page, step) for _ in range(TURNS + 2)][2:]

        page.get_by_role("button", name="Play", exact=True).click()
        page.wait_for_timeout(1000)
        updates, epochs = page.evaluate(COUNT, WATCHED_MS)
    seconds = WATCHED_MS / 1000
    return [
        _answer("Instant mode: 1,000 epochs of 2-8x6-2 on 500 points, from control to drawn figure", trained, 700),
        _answer("One step of the same network on the Playground, from click to drawn figure", stepped, 120),
        Row(
            "Updates of the Playground while the same network trains",
            f"{updates / seconds:.1f} a second",
            "",
            "",
            "at least 3 a second",
            updates / seconds >= 3,
        ),
        Row(
            "Epochs of the same network while it is watched, at normal speed",
            f"{epochs / seconds:.0f} a second",
            "",
            "",
            "at least 60 a second",
            epochs / seconds >= 60,
        ),
    ]


def _answer(what: str, ms: list[float], bar: float) -> Row:
    middle = float(np.median(ms))
    text = f"median {middle:.0f} ms, p95 {np.quantile(ms, 0.95):.0f} ms"
    return Row(what, text, "", "", f"median at most {bar:.0f} ms", middle <= bar)


def _enter(page, name: str, value: str) -> float:
    """Milliseconds from Enter in a field to the figure drawn anew, by the page's own clock."""
    field = page.get_by_label(name, exact=True)
    field.fill(value)
    page.evaluate(WATCH, "keydown")
    field.press("Enter")
    taken = page.evaluate("window.changed")
    page.wait_for_timeout(300)
    return taken


def _click(page, button) -> float:
    page.evaluate(WATCH, "click")
    button.click()
    taken = page.evaluate("window.changed")
    page.wait_for_timeout(300)
    return taken


# The component is in a shadow root, and to look for it again in every frame would cost as much as what is measured.
READ = """const host = [...document.querySelectorAll('*')].find(e => e.shadowRoot?.querySelector('.numbers'));
    const numbers = host.shadowRoot.querySelector('.numbers'), read = () => numbers.textContent;"""
WATCH = f"""event => {{
    {READ}
    const before = read();
    window.changed = new Promise((done, fail) => document.addEventListener(event, () => {{
        const start = performance.now();
        setTimeout(() => fail("nothing was drawn"), 20000);
        const look = () => read() !== before ? done(performance.now() - start) : requestAnimationFrame(look);
        requestAnimationFrame(look);
    }}, {{once: true, capture: true}}));
}}"""
COUNT = f"""ms => new Promise(done => {{
    {READ}
    const epoch = () => parseInt(read().match(/Epoch(\\d+)/)[1]), start = performance.now(), first = epoch();
    let last = first, updates = 0;
    const look = () => {{
        const now = epoch();
        if (now !== last) updates++;
        last = now;
        if (performance.now() - start >= ms) done([updates, last - first]);
        else requestAnimationFrame(look);
    }};
    look();
}})"""
