"""Measurements that take seconds: their progress on the page, and their result remembered for all sessions."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import streamlit as st

from facelab.analysis.invariance import Progress
from facelab.data.cache import Once

REMEMBERED = 64
T = TypeVar("T")

# Not st.cache_resource: what it remembers must not draw, and progress does.
_results: Once = Once(REMEMBERED)


def measure(key: str, start: Callable[[], Iterator[Progress | T]], doing: str) -> T:
    """What a measurement yields at last; it is made where `key` was not measured before.

    Args:
        start: begins it.
        doing: what is being done, in a few words, for the bar.
    """
    place = st.empty()

    def compute() -> T:
        for news in start():
            if isinstance(news, Progress):
                share = news.done / news.total
                place.progress(share, f"{doing}: {share:.0%} of {news.total:,} photos")
        return news

    found = _results.get(key, compute)
    place.empty()
    return found
