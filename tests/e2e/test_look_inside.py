"""Looking into the ready-made network on a fresh install."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import wait_until

pytestmark = pytest.mark.browser

CELLS = """plot => {
    const trace = plot._fullData.at(-1), {xaxis, yaxis} = plot._fullLayout, box = plot.getBoundingClientRect();
    return trace.text.map((text, i) => ({
        text, right: trace.x[i] === trace.y[i],
        left: box.left + xaxis._offset + xaxis.l2p(trace.x[i]), top: box.top + yaxis._offset + yaxis.l2p(trace.y[i]),
    }));
}"""
"""JavaScript: what each cell of a confusion matrix says, whether it is on the diagonal, and where it lies."""


def test_a_click_on_a_cell_shows_its_faces(page: Page, app: str):
    page.goto(f"{app}/inside?run=ready-made-convnet")
    matrix = page.locator(".st-key-confusion .js-plotly-plot")
    expect(matrix).to_be_visible()
    shown = page.get_by_role("heading", level=3).first
    expect(shown).to_contain_text(", taken for ")
    cell = next(cell for cell in matrix.evaluate(CELLS) if cell["right"])
    page.mouse.click(cell["left"], cell["top"])
    person, times = re.fullmatch(r"(.+), taken for \1:<br>(\d+) times, .+", cell["text"]).groups()
    expect(shown).to_have_text(f"{person}, recognised")
    expect(page.locator(".st-key-cell .js-plotly-plot").first).to_be_visible()
    expect(page.get_by_text(f"{times} test photos, the most confident first.")).to_be_visible()


def test_a_slider_moves_the_answer(page: Page, app: str):
    page.goto(f"{app}/invariance?run=ready-made-convnet")
    shares = page.locator("span", has_text=re.compile(r"^[\d.]+ %$"))
    expect(shares.first).to_be_visible()
    before = shares.all_inner_texts()
    page.locator(".st-key-break-rotation").get_by_role("slider").press("ArrowRight")
    wait_until(page, lambda: shares.all_inner_texts() != before)
    assert "break.rotation=0.05" in page.url


def test_maps_are_redrawn_with_randomised_weights(page: Page, app: str):
    page.goto(f"{app}/explain?run=ready-made-convnet&explain.methods=Saliency&explain.methods=Grad-CAM")
    expect(page.locator(".st-key-maps .js-plotly-plot")).to_be_visible()
    page.get_by_role("button", name="Randomise all").click()
    expect(page.get_by_text("A map that stays as it was")).to_be_visible()
    expect(page.locator(".st-key-views")).to_have_count(0)
