import numpy as np

from facelab.plots import alt, answer_sheet, person_rates, reliability
from facelab.plots.mistakes import MOST_PEOPLE

EDGES = np.linspace(0, 1, 4)


def diagram(total=(0, 10, 30)):
    total = np.array(total)
    confidence, share = np.array([np.nan, 0.5, 0.9]), np.array([np.nan, 0.6, 0.7])
    return reliability(EDGES, confidence, share, share - 0.1, share + 0.1, total, 0.175)


def test_answers_say_what_was_taken_for_whom():
    images = np.zeros((2, 3, 8, 8), np.uint8)
    fig = answer_sheet(images, np.array([0, 1]), np.array([0, 0]), np.array([0.9, 0.456]), ["Ada", "Alan"])
    assert fig.data[-1].text == ("Ada<br>network: Ada, 90 %", "Alan<br>network: Ada, 46 %")
    assert alt(fig) == "A sheet of 2 faces; 1 of 2 are right."


def test_bins_without_photos_have_no_bar():
    bars, line = diagram().data
    np.testing.assert_allclose(bars.x, [50, 250 / 3])
    np.testing.assert_allclose(bars.y, [60, 70])
    np.testing.assert_allclose(bars.error_y.array, [10, 10])
    assert (line.x, line.y) == ((0, 100), (0, 100))
    assert [note.text for note in diagram().layout.annotations] == ["10", "30"]


def test_reliability_in_words():
    assert alt(diagram()) == (
        "Confidence against right answers of 40 photos: the expected calibration error is 17.5 %; on average the "
        "network is 12.5 points more sure than right."
    )
    assert alt(diagram((0, 0, 0))) == "There are no answers to judge."


def test_the_lowest_recall_comes_first():
    recall = (np.array([0.9, 0.2, np.nan]), np.array([0.8, 0.1, 0]), np.array([1, 0.5, 1]))
    fig = person_rates(["Ada", "Alan", "Grace"], recall, recall)
    assert fig.layout.yaxis.ticktext == ("Alan", "Ada", "Grace")
    np.testing.assert_allclose(fig.data[0].x, [20, 90, np.nan])
    np.testing.assert_allclose(fig.data[0].error_x.arrayminus[:2], [10, 10])
    assert alt(fig) == "Recall and precision of 3 people; recall is lowest, 20 %, for Alan."


def test_of_many_people_the_worst_are_shown():
    share = np.linspace(1, 0.5, 100)
    fig = person_rates([str(number) for number in range(100)], (share, share, share), (share, share, share))
    assert len(fig.data[0].x) == MOST_PEOPLE
    assert fig.layout.yaxis.ticktext[0] == "99"
    assert alt(fig).startswith("Recall and precision of 30 people of 100, those with the lowest recall; ")
