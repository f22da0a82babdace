"""The app: `streamlit run app.py`. The server starts its workers with itself and takes them along when it ends."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

from facelab.errors import StoreError

WORKERS_SECONDS = 20
COMPILE = """
import os
getattr(os, "nice", lambda by: None)(10)
from facelab.training.engine import warm
warm()
"""


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
        started = runner()
    except StoreError:
        return None  # every page says what is wrong with the store
    # A server that is asked to end does not wait for this thread.
    threading.Thread(target=_warm, args=[started], daemon=True, name="facelab warms the engine").start()
    return started


def _warm(runner):
    """The Playground trains in this process, where compiling would hold up every page: another does it, this one loads.

    So do the workers when they need it. The first page and the start of the workers come first.
    """
    from facelab.training.engine import warm

    runner.ready.wait(WORKERS_SECONDS)
    subprocess.run([sys.executable, "-c", COMPILE], cwd=Path(__file__).parent, stderr=subprocess.DEVNULL, check=False)
    warm()


app = st.App(Path(__file__).parent / "facelab" / "ui" / "navigation.py", lifespan=workers)
