"""Which faces, or which pairs of them, as a form."""

import streamlit as st

from facelab.data import PAIR_SOURCES, SOURCES, DrawnPairsSpec, FacesSpec, PairsSpec, Source, Split
from facelab.data.downloads import HOST
from facelab.data.load import by_steps
from facelab.errors import FacelabError
from facelab.labs.siamese import PAIRS
from facelab.runs import RunConfig
from facelab.runs.config import Subject
from facelab.ui.controls import apply, choose
from facelab.ui.forms.fields import Fields, checked, current, fields
from facelab.ui.people import session
from facelab.ui.people.suited import suited

SIZE = ("size", "Side of the photos (pixels)", "Photos are square. Small ones train faster, large ones show more.")
CROP = ("crop", "Part of each photo kept", "A centred square, as a share of the shorter side: smaller is closer up.")
GREY = ("grey", "Grey", "One channel instead of three.")
MIN_PHOTOS = ("min_photos", "At least so many photos per person", "People with fewer are left out.")
SOURCE_FIELDS: dict[str, Fields] = {
    "generated": (
        ("people", "People", "Each is a class for the network."),
        ("photos", "Photos per person", "Pose, light, expression and background differ from photo to photo."),
        ("vary", "What varies", "From photo to photo of a person; the rest is as on a plain portrait."),
        ("difficulty", "Difficulty", "How far from a plain portrait, and how often a hat or glasses are worn."),
        ("family", "Look-alikes in a family", "So many people in a row look alike; 1 for nobody."),
        SIZE,
        ("seed", "Seed of the people", "Another seed is another set of people."),
    ),
    "lfw": (MIN_PHOTOS, CROP, SIZE),
    "olivetti": (SIZE,),
    "orl": (SIZE,),
    "folder": (
        ("path", "Folder on this computer", "It holds one folder of photos per person."),
        MIN_PHOTOS,
        CROP,
        SIZE,
    ),
    "people": (MIN_PHOTOS, CROP, SIZE),
    "lfw_pairs": (
        ("validation", "Validation is a tenth of the", "People: nobody in it is trained on. Pairs: as was published."),
        CROP,
        SIZE,
        GREY,
        ("seed", "Seed of the validation", "Another seed is another tenth."),
    ),
}
DRAWN: Fields = (
    ("pairs", "Pairs", "Half of one person, half of two; divided as the people are."),
    ("hard", "Look-alikes", "Strangers are paired with those who look most like them."),
    GREY,
)
PEOPLE_SPLIT: Fields = (
    ("train", "Train", "Below 1: a share of the people. From 1 on: so many people."),
    ("validation", "Validation", "Chooses the threshold and the best epoch; nobody in it is trained on."),
    ("test", "Test", "Touched once, at the end."),
    ("seed", "Seed of the split", "Another seed deals the people and draws the pairs differently."),
)
SPLIT: Fields = (
    ("train", "Train", "Below 1: a share of each person's photos. From 1 on: photos of each person."),
    ("validation", "Validation", "Chooses the best epoch; never trained on."),
    ("test", "Test", "Touched once, at the end."),
    ("seed", "Seed of the split", "Another seed deals the photos differently."),
)
SOURCE, REPLACED = "data.source", "settings before those for enrolled people"
QUESTIONS: dict[Subject, str] = {"faces": "Who is it?", "pairs": "The same person?"}
BEGINNINGS: dict[Subject, RunConfig] = {"faces": RunConfig(), "pairs": PAIRS}


def subject_form() -> Subject:
    """What a network is to answer: who is on a photo, or whether two show one person."""
    # The source of the data says which, also where it comes from a link or from a run.
    asked = current(SOURCE, "")
    is_pairs = asked in PAIR_SOURCES or asked in {source.title for source in PAIR_SOURCES.values()}
    st.session_state["question"] = "pairs" if is_pairs else "faces"
    return st.segmented_control(
        "Question", list(QUESTIONS), format_func=QUESTIONS.get, key="question", required=True, on_change=_begin
    )


def data_form(subject: Subject = "faces") -> FacesSpec | PairsSpec | None:
    """Choose faces or pairs; None while the choice is wrong or not on this computer."""
    sources = PAIR_SOURCES if subject == "pairs" else SOURCES
    name = choose("Data", list(sources), next(iter(sources)), SOURCE, st.selectbox, on_change=_suit)
    st.caption(sources[name].description)
    if name == "pairs":
        return _drawn_pairs()
    with st.expander("Photos and split", icon=":material/photo_library:"):
        values = fields(sources[name].spec, SOURCE_FIELDS[name], "data.")
        if subject == "faces":
            st.markdown("**Split of each person's photos**")
            values["split"] = fields(Split, SPLIT, "data.split.", columns=2)
    if not _is_here(name, sources[name]):
        return None
    return checked(sources[name].spec, values | _source(name), "data")


def _drawn_pairs() -> DrawnPairsSpec | None:
    name = choose("Faces", list(SOURCES), "generated", "data.faces.source", st.selectbox)
    with st.expander("Photos, pairs and split", icon=":material/photo_library:"):
        faces = fields(SOURCES[name].spec, SOURCE_FIELDS[name], "data.faces.")
        values = fields(DrawnPairsSpec, DRAWN, "data.")
        st.markdown("**Split of the people**")
        values["split"] = fields(Split, PEOPLE_SPLIT, "data.split.", columns=2)
    if not _is_here(name, SOURCES[name]):
        return None
    return checked(DrawnPairsSpec, values | {"source": "pairs", "faces": faces | _source(name)}, "data")


def _source(name: str) -> dict[str, str]:
    """The source, and of enrolled people whose they are, which no address says: those that this session sees."""
    if name != "people":
        return {"source": name}
    session.copy()
    if not session.is_kept():
        st.caption("While this session lasts, copies of their faces lie in a folder, for workers to train on.")
    return {"source": name, "key": session.key()}


def _is_here(name: str, source: Source) -> bool:
    """Whether a source can be loaded; if not, the page says what is missing, and offers to download it."""
    if name == "people" and not len(session.people()):
        st.info("Nobody is enrolled yet: name people and add photos of them on the People page.")
        return False
    missing = source.available()
    if missing is None:
        return True
    st.info(missing, icon=":material/download:")
    if source.download:
        st.button(
            f"Download from {HOST}", icon=":material/download:", key="download", on_click=_ask_download, args=(name,)
        )
        _download_if_asked(name, source)
    return False


def _begin() -> None:
    """The questions have other data and networks: begin with settings that suit."""
    apply(BEGINNINGS[st.session_state["question"]].flat())


def _suit() -> None:
    """Begin with settings that suit enrolled people, and put back after them what was there."""
    values = st.session_state.pop(REPLACED, {})
    if st.session_state[SOURCE] == "people":
        values, usual = suited(session.people()), RunConfig().flat()
        # They may be chosen on a page that leads to the one with these controls.
        st.session_state[REPLACED] = {name: st.session_state.get(name, usual[name]) for name in values}
    apply(values)


def _ask_download(name: str) -> None:
    st.session_state["download asked"] = name


def _download_if_asked(name: str, source: Source) -> None:
    """Download with its progress on the page; a rerun follows when the faces are here."""
    if st.session_state.pop("download asked", None) != name:
        return
    bar = st.progress(0.0, "Downloading")
    try:
        source.download(by_steps(lambda share: bar.progress(share, f"Downloading: {share:.0%}")))
    except FacelabError as error:
        bar.empty()
        st.error(str(error), icon=":material/error:")
        return
    st.rerun()
