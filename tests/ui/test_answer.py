"""The answer to a photo as HTML."""

import re

import numpy as np

from facelab.plots import palette
from facelab.ui.breaking.answer import TOP, answer_html, pictures_html

NAMES = ("Ada", "Alan", "Grace")


def test_bars_are_as_long_as_they_are_probable_the_most_probable_first():
    html = answer_html(NAMES, np.array([0.1, 0.7, 0.2]), truth=1)
    assert re.findall(r"width:([\d.]+)%", html) == ["70.00", "20.00", "10.00"]
    assert re.findall(r"Ada|Alan|Grace", html) == ["Alan", "Grace", "Ada"]


def test_the_true_person_is_ticked_and_a_wrong_answer_crossed():
    html = answer_html(NAMES, np.array([0.1, 0.7, 0.2]), truth=0)
    assert "✓ Ada" in html
    assert "✕ Alan" in html
    assert html.index(palette.WRONG) < html.index(palette.GREY + '"') < html.index(palette.RIGHT)


def test_the_true_person_is_shown_however_improbable():
    probabilities = np.arange(20, 0, -1) / 210
    html = answer_html([str(person) for person in range(20)], probabilities, truth=19)
    assert html.count(" %</span>") == TOP + 1
    assert "✓ 19" in html


def test_names_are_text_and_never_code():
    html = answer_html(("<b>Ada</b>", "Alan"), np.array([0.5, 0.5]), truth=0)
    assert "<b>" not in html
    assert "&lt;b&gt;Ada" in html


def test_photos_lie_beside_each_other_under_their_titles():
    html = pictures_html(np.zeros((2, 3, 8, 8), np.uint8), ("Before", "After"))
    assert re.findall(r"alt=\"(\w+)\"", html) == ["Before", "After"]
    assert html.count("data:image/webp;base64,") == 2
