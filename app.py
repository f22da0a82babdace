"""The app: `streamlit run app.py`. The server starts its workers with itself and takes them along when it ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

from facelab.errors import StoreError
from facelab.runs import runner


@asynccontextmanager
async def workers(_: st.App) -> AsyncIterator[None]:
    """Worker processes for as long as the server lives."""
    try:
        mine = runner()
    except StoreError:
        # Every page says what is wrong with the store.
        yield
        return
    yield
    mine.close()


app = st.App(Path(__file__).parent / "facelab" / "ui" / "navigation.py", lifespan=workers)
