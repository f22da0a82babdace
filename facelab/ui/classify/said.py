"""One answer: in words, beside a known photo, as bars, and among the photos nearest to it."""

import numpy as np
import streamlit as st

from facelab import plots
from facelab.data.photos import square
from facelab.plots.frame import count
from facelab.plots.images import enlarge
from facelab.recognition import Gallery
from facelab.recognition.identify import Answer, Neighbour
from facelab.ui.classify.knows import Knows
from facelab.ui.classify.photo import NOBODY
from facelab.ui.classify.samples import STRANGER
from facelab.ui.figures import show as show_figure
from facelab.ui.given.source import Given
from facelab.ui.live import escape
from facelab.ui.pair.verdict import WORDS, interval
from facelab.ui.people.cards import CROP
from facelab.ui.results import percent

HOW = {
    "as given": "The photo is framed as the training photos are, so its middle was taken as it is.",
    "aligned": "The face was turned, scaled and moved to where the training photos have theirs.",
    "whole": "No face was found, so the middle of the photo was taken as it is.",
}
PICTURE = 256  # px that a crop's pixels are repeated to
BESIDE = 176  # px, two of which a phone shows side by side


def show(knows: Knows, given: Given, answer: Answer) -> None:
    """It in words, and the crop beside a known photo."""
    st.markdown(f"### {_headline(answer)}")
    if given.truth and answer.face:
        _show_truth(given.truth, answer)
    if not answer.face:
        st.warning(
            "No face was found in the photo: the answer is about all of it, and means little. Draw a box around a "
            "face, from the brows to the chin, or give another photo.",
            icon=":material/help:",
        )
    elif not answer.is_known and not isinstance(knows.by, Gallery):
        st.warning(
            "This face is unlike everything that the network knows, so its answer means little: it can only ever name "
            "one of its own people.",
            icon=":material/help:",
        )
    st.markdown(_line(knows, answer))
    name = escape(answer.example.name)
    with st.container(horizontal=True):
        st.image(
            _crisp(answer.crop), caption="What the network saw", width=BESIDE, alt="The crop that the network saw."
        )
        like = _crisp(_cut(knows, answer.example))
        st.image(like, caption=f"{name}, most like it", width=BESIDE, alt=f"A known photo of {answer.example.name}.")
    st.caption(HOW[answer.cut] if not isinstance(knows.by, Gallery) else "Both brought to one place before comparing.")


def show_ranking(knows: Knows, answer: Answer) -> None:
    """Everybody who is known, the most probable above."""
    st.subheader("Among all people")
    show_figure(
        plots.ranked_people(
            [each.name for each in answer.ranking],
            [each.probability for each in answer.ranking],
            answer.name is not None and answer.is_known,
        ),
        "ranking",
        _about_bars(knows),
    )


def show_nearest(knows: Knows, answer: Answer) -> None:
    """The known photos that are most like it."""
    st.subheader("The nearest known photos")
    captions = [f"{plots.plain(each.name)}<br>distance {each.distance:.3f}" for each in answer.nearest]
    first = answer.ranking[0].name
    same = sum(each.name == first for each in answer.nearest)
    by = "the embedder" if isinstance(knows.by, Gallery) else "the network's last hidden layer"
    show_figure(
        plots.face_sheet(np.stack([_cut(knows, each) for each in answer.nearest]), captions, columns=6, face=104),
        "nearest",
        f"By what {by} makes of faces; {same} of {len(answer.nearest)} are of {escape(first)}. Point at a photo for "
        "the name and the distance.",
    )


def _cut(knows: Knows, known: Neighbour) -> np.ndarray:
    """A known photo as it is shown: of those enrolled the part that networks see."""
    return square(known.pixels, PICTURE, CROP) if isinstance(knows.by, Gallery) else known.pixels


def _headline(answer: Answer) -> str:
    best = answer.ranking[0]
    if answer.name is None:
        return f":orange[{NOBODY[0].upper()}{NOBODY[1:]}]"
    if not answer.is_known:
        return f":orange[{escape(best.name)}? {'Unlike everybody it knows' if answer.face else 'There is no face'}]"
    word = next(word for least, word in WORDS if best.probability >= least)
    return f":green[{word} {escape(best.name)}]"


def _show_truth(truth: str, answer: Answer) -> None:
    said = answer.name if answer.is_known else STRANGER
    is_right = said == truth
    st.markdown(
        f":{'green' if is_right else 'red'}-badge[:material/{'check' if is_right else 'close'}: "
        f"{'Right' if is_right else 'Wrong'}] In truth this is {escape(truth)}."
    )


def _line(knows: Knows, answer: Answer) -> str:
    """How far it is from what is known, and what the line is worth."""
    line, best = answer.line, answer.ranking[0]
    held = f"{'within' if answer.is_within else 'beyond'} the line of {line.distance:.3f}"
    alarms = f"{percent(line.false_alarms.value)} ({interval(line.false_alarms)})"
    if isinstance(knows.by, Gallery):
        people, photos = len(knows.by.names), len(knows.by.photos[best.name])
        return (
            f"From the {photos} photos of **{escape(best.name)}** it is **{answer.distance:.3f}** away on average, "
            f"{held}. Of known pairs of photos, {alarms} of one person lie beyond that line, and "
            f"{percent(line.let_through.value)} of two people within it: so expect about "
            f"{percent(line.any_of(people))} of strangers to be taken for one of {count(people, 'person')}."
        )
    return (
        f"Its nearest training photo is **{answer.distance:.3f}** away, {held}. Of "
        f"{count(line.false_alarms.total, 'photo')} of people whom the network knows, which it has not learned from, "
        f"{alarms} lie beyond it: false alarms."
    )


def _about_bars(knows: Knows) -> str:
    if isinstance(knows.by, Gallery):
        return (
            "For each person by itself: how probable it is that both are one person, if that is as likely as not "
            "beforehand."
        )
    return (
        "The network divides 100 % among the people that it knows, whoever is on the photo. The line above catches "
        "what is no face, but few strangers: their faces are much like those that it knows."
    )


def _crisp(pixels: np.ndarray) -> np.ndarray:
    """Large enough that a browser does not blur its pixels."""
    return enlarge(pixels[None], PICTURE)[0]
