"""Who sits for the portrait: a person of the dataset or a new one, and on the way to another."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from facelab.data import GeneratedSpec
from facelab.data.generated import Person, names, person_of
from facelab.ui.studio import address
from facelab.ui.studio.controls import show_knobs
from facelab.ui.studio.knobs import GROUPS, MORPH, PERSON, Morph

WHO, NUMBER, TOWARDS = "person", "person.number", "morph.towards"
NEW, NOBODY = "Somebody new", "Nobody"
NEWCOMERS = 1_000_000


@dataclass(frozen=True)
class Sitter:
    """Who was chosen, before the sliders change anything."""

    name: str
    person: Person


def choose_person(known: tuple[str, ...], new: bool = False) -> str:
    """The controls for one of these people, `NEW` among them if asked for; both views of people share them."""
    offered = [*known, NEW] if new else list(known)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        who = st.selectbox("Person", offered, key=WHO, bind="query-params", on_change=_begin, width=190)
        for label, icon, by in (("Previous", "chevron_left", -1), ("Next", "chevron_right", 1)):
            chosen = offered[(offered.index(who) + by) % len(offered)]
            st.button(label, icon=f":material/{icon}:", key=label, on_click=_choose, args=(chosen,))
        if new:
            st.button("Surprise me", icon=":material/casino:", key="surprise", on_click=_surprise)
    return who


def choose_sitter(spec: GeneratedSpec) -> Sitter:
    """The controls for whose portrait it is."""
    known = names(spec.people, spec.seed)
    name = choose_person(known, new=True)
    if name != NEW:
        return Sitter(name, _person(spec, known.index(name)))
    asked = st.query_params.get(NUMBER, "")
    number = int(asked) if asked.isdecimal() and len(asked) < 10 else 1
    return Sitter(f"New person {number}", person_of(NEWCOMERS, number))


def morphed(spec: GeneratedSpec, sitter: Sitter) -> Sitter:
    """They as far on the way to another as was asked for."""
    known, other = names(spec.people, spec.seed), st.query_params.get(TOWARDS)
    if other not in known:
        return sitter
    share = address.apply(Morph()).share
    mixed = sitter.person.towards(_person(spec, known.index(other)), share / 100)
    return Sitter(f"{sitter.name}, {share} % {other}", mixed)


def choose_morph(spec: GeneratedSpec) -> None:
    """The controls for the other, and for how much of them."""
    others, key = [NOBODY, *names(spec.people, spec.seed)], "towards"
    other = st.query_params.get(TOWARDS)
    st.session_state[key] = other if other in others else NOBODY
    st.selectbox("Morph towards", others, key=key, on_change=_set_other, args=(key,))
    if st.session_state[key] != NOBODY:
        show_knobs(Morph(), GROUPS[MORPH]["Morph"])


def _person(spec: GeneratedSpec, number: int) -> Person:
    """Known without the photos: nobody need wait for those."""
    return person_of(spec.seed, number, spec.family)


def _set_other(key: str) -> None:
    if st.session_state[key] == NOBODY:
        st.query_params.pop(TOWARDS, None)
    else:
        st.query_params[TOWARDS] = st.session_state[key]


def _begin() -> None:
    """What was changed of one person means nothing for the next."""
    address.clear(PERSON)
    st.query_params.pop(NUMBER, None)


def _choose(name: str) -> None:
    st.session_state[WHO] = name
    _begin()


def _surprise() -> None:
    _choose(NEW)
    st.query_params[NUMBER] = int(np.random.default_rng().integers(NEWCOMERS))
