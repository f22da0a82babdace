"""Compare as a new user would walk it: race a few networks, search among settings, and lay runs over each other."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browser import place_in, wait_until

pytestmark = pytest.mark.browser

MOONS = (
    "compare.subject=Points&data.source=Moons&data.points=100&data.split.train=0.5&data.split.validation=0.25"
    "&data.split.test=0.25&model.hidden=8"
)
FIRST_BOX, ROW = (16, 53), 35  # px in the table of runs
PICTURE = "canvas => canvas.toDataURL()"
TRACES = """figure => (figure.querySelector('.js-plotly-plot')?._fullData ?? [])
    .map(trace => [trace.name, trace.x.length])"""


def race(page: Page, app: str, rates: str, **settings: int) -> None:
    """Start a race of learning rates."""
    more = "".join(f"&{name}={value}" for name, value in settings.items())
    page.goto(f"{app}/compare?{MOONS}&compare.values.0={rates}&compare.repeats=1{more}")
    page.get_by_role("button", name=re.compile(r"^Race \d networks")).click()


def ranking(page: Page) -> Locator:
    """A row per setting, best first."""
    return page.locator(".race .row")


def move(page: Page, canvas: Locator) -> None:
    """Wait until something else is drawn."""
    before = canvas.evaluate(PICTURE)
    wait_until(page, lambda: canvas.evaluate(PICTURE) != before)


def await_trace(page: Page, key: str, name: str, points: int) -> None:
    """Wait until a figure has a line of so many points."""
    figure = page.locator(f".st-key-{key}").first  # one that is going away may stand behind it
    wait_until(page, lambda: [name, points] in figure.evaluate(TRACES))


def test_a_race_ends_names_the_best_and_is_reopened_by_its_address(page: Page, app: str, chromium: Browser):
    race(page, app, "0.1, 0.0001", epochs=40)
    best = page.get_by_text("Best by validation accuracy")
    expect(best).to_contain_text("learning rate 0.1, ")
    expect(ranking(page)).to_have_count(2)
    expect(page.locator(".race .note")).to_have_text(["", ""])
    rows = ranking(page).all_inner_texts()

    chart = page.locator(".chart", has_text="Validation accuracy")
    chart.scroll_into_view_if_needed()
    page.mouse.move(*place_in(chart, 0.75, 1))
    expect(page.locator(".looked .name")).to_have_text(["0.1", "0.1"])
    expect(page.locator(".reading .moment")).to_have_text(["epoch 30"] * 4)

    with chromium.new_context() as stranger:
        again = stranger.new_page()
        again.goto(page.url)
        expect(again.get_by_text("Best by validation accuracy")).to_have_text(best.inner_text())
        expect(again.get_by_label("Values", exact=True)).to_have_value("0.1, 0.0001")
        assert ranking(again).all_inner_texts() == rows


def test_a_race_is_seen_to_move_and_may_be_stopped(page: Page, app: str):
    race(page, app, "0.01, 0.001", epochs=10_000, batch_size=1)
    expect(page.get_by_text("0 of 2 networks have ended")).to_be_visible()
    canvas = page.locator(".chart canvas").first
    move(page, canvas)
    move(page, canvas)
    page.get_by_role("button", name="Stop all").click()
    expect(page.locator(".race .note")).to_have_text(["stopped", "stopped"])


def test_a_search_of_a_few_trials_ends_and_names_the_best(page: Page, app: str):
    page.goto(f"{app}/compare?compare.mode=Search&{MOONS}&epochs=5&search.fields=1&search.trials=3&search.prune=false")
    page.get_by_role("button", name="Search with 3 trials").click()
    expect(page.locator(".stMarkdownBadge", has_text="Finished")).to_be_visible()
    expect(page.get_by_text("Best by validation accuracy: ")).to_have_text(
        re.compile(r"trial [012], \d+\.\d %, with learning rate [\de.-]+\.")
    )
    expect(page.get_by_text("shown for this one alone")).to_have_count(1)
    await_trace(page, "search-history", "finished", 3)


def test_two_ticked_runs_are_laid_over_each_other(page: Page, app: str):
    race(page, app, "0.2, 0.002", epochs=7)
    expect(page.get_by_text("Best by validation accuracy")).to_be_visible()
    page.goto(f"{app}/compare?compare.mode=Runs")
    table = page.locator(".stDataFrame").first
    for ticked in (1, 2):
        table.click(position={"x": FIRST_BOX[0], "y": FIRST_BOX[1] + ROW * (ticked - 1)})
        expect(page.get_by_text(f", {ticked} ticked.")).to_be_visible()
    for figure in ("side-loss", "side-accuracy"):
        for rate in ("0.2", "0.002"):
            await_trace(page, figure, f"learning rate {rate}", 1 + 7)
    expect(page).to_have_url(re.compile(r"runs=[^,&]+(,|%2C)[^,&]+$"))
