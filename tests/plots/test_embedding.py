import numpy as np

from facelab.plots import alt, face_map, palette
from facelab.plots.embedding import ACROSS, apart

RNG = np.random.default_rng(0)
POINTS = RNG.normal(size=(300, 2)).astype(np.float32)
FACES = RNG.integers(0, 256, (300, 3, 8, 8), dtype=np.uint8)
SPLITS = ["train", "test", "test"] * 100


def test_every_photo_has_its_point_in_its_groups_colour():
    fig = face_map(POINTS, SPLITS, colours=palette.SPLITS, what="split")
    train, test = fig.data
    assert (train.name, train.marker.color) == ("train", palette.SPLITS["train"])
    np.testing.assert_array_equal(train.customdata, np.arange(0, 300, 3))
    np.testing.assert_array_equal(test.x[:2], POINTS[1:3, 0])
    assert alt(fig) == (
        "A map of 300 faces coloured by split, 2 groups; faces that the network finds alike lie near one another."
    )


def test_points_give_back_rows_and_captions():
    fig = face_map(POINTS[:2], ["Ada", "Alan"], captions=["a", "b"], rows=np.array([70, 80]))
    assert [(trace.customdata.tolist(), trace.text.tolist()) for trace in fig.data] == [([70], ["a"]), ([80], ["b"])]


def test_many_people_differ_by_symbol_too_and_need_no_legend():
    fig = face_map(POINTS, [str(index % 40) for index in range(300)])
    assert len({(trace.marker.color, trace.marker.symbol) for trace in fig.data}) == 40
    assert fig.layout.showlegend is False


def test_drawn_faces_do_not_lie_over_one_another():
    fig = face_map(POINTS, SPLITS, images=FACES)
    places = np.array([(image.x, image.y) for image in fig.layout.images])
    sizes = np.array([(image.sizex, image.sizey) for image in fig.layout.images])
    gaps = np.abs(places[:, None] - places[None]) / sizes[0]
    assert 20 < len(places) <= ACROSS**2
    assert (gaps.max(-1) + 9 * np.eye(len(places)) >= 1).all()


def test_faces_in_one_place_are_drawn_once():
    assert len(apart(np.ones((50, 2)), ACROSS)) == 1
    face_map(np.ones((50, 2)), ["a"] * 50, images=FACES[:50]).to_json()


def test_axes_without_meaning_have_no_numbers():
    assert face_map(POINTS, SPLITS).layout.xaxis.showticklabels is False
    fig = face_map(POINTS, SPLITS, titles=("First component (60 %)", "Second component (20 %)"))
    assert fig.layout.xaxis.showticklabels is True
    assert fig.layout.yaxis.title.text == "Second component (20 %)"


def test_no_faces():
    assert alt(face_map(np.empty((0, 2)), [])) == "No faces to show."
