"""The app: `streamlit run app.py`. The server starts its workers with itself and takes them along when it ends."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

from facelab.errors import StoreError


@asynccontextmanager
async def workers(_: st.App) -> AsyncIterator[None]:
    """Worker processes for as long as the server lives; it serves its first page while they, and torch, come up."""
    starting = asyncio.get_running_loop().run_in_executor(None, _start)
    yield
    if runner := await starting:
        runner.close()


def _start():
    from facelab.runs import runner

    try:
        return runner()
    except StoreError:
        return None  # every page says what is wrong with the store


app = st.App(Path(__file__).parent / "facelab" / "ui" / "navigation.py", lifespan=workers)
