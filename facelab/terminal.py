"""What the command line prints on a terminal, and how it listens to Ctrl-C."""

import json
import math
import shutil
import signal
import sys
import time
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from facelab.training import Record

LIVE_SECONDS, PLAIN_SECONDS = 0.1, 1.0
"""The shortest time between two states of the progress line, on a terminal and in a file."""


class Progress:
    """One line on a terminal, written again and again; elsewhere at most a line a second; nothing if `quiet`."""

    def __init__(self, quiet: bool) -> None:
        self.quiet, self.live = quiet, sys.stderr.isatty()
        self.shown, self.width = float("-inf"), 0
        self.metrics: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self.width:
            print(file=sys.stderr)

    def show(self, text: str, always: bool = False) -> None:
        """Say `text`, unless something was said a moment ago and this need not be said `always`."""
        now = time.monotonic()
        if self.quiet or (now - self.shown < (LIVE_SECONDS if self.live else PLAIN_SECONDS) and not always):
            return
        self.shown = now
        if self.live:
            text = text[: shutil.get_terminal_size().columns - 1]
            print("\r" + text.ljust(self.width), end="", file=sys.stderr, flush=True)
            self.width = len(text)
        else:
            print(text, file=sys.stderr, flush=True)

    def record(self, record: "Record", epochs: int) -> None:
        """Say how far training is."""
        if record.kind == "epoch" and record.step:
            self.metrics = record.metrics
        elif not self.live:
            return
        text = f"epoch {record.epoch:.{1 if self.live else 0}f}/{epochs}"
        if self.metrics:
            parts = [
                f"{part} {self.metrics[f'{part}_loss']:.3f} {percent(self.metrics[f'{part}_accuracy'])}"
                for part in ("train", "validation", "test")
                if not math.isnan(self.metrics.get(f"{part}_loss", math.nan))
            ]
            minutes, seconds = divmod(round(self.metrics["seconds_left"]), 60)
            speed = f"{self.metrics['images_per_second']:,.0f} examples/s"
            text = "  ".join([f"{text}, {minutes}:{seconds:02} left", *parts, speed])
        self.show(text, always=record.epoch == epochs or record.kind == "end")


class CtrlC:
    """Inside `with`, the first Ctrl-C is only noted, in `pressed`; the second interrupts as usual."""

    def __enter__(self) -> Self:
        self.pressed = self.noticed = False
        self.before = signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(self, *exception: object) -> None:
        signal.signal(signal.SIGINT, self.before)

    def first(self) -> bool:
        """True once, at the first look after Ctrl-C was pressed."""
        first, self.noticed = self.pressed and not self.noticed, self.pressed
        return first

    def _press(self, *_: object) -> None:
        if self.pressed:
            raise KeyboardInterrupt
        self.pressed = True


def percent(share: float | None) -> str:
    """A share in per cent; empty where there is none."""
    return "" if share is None else f"{100 * share:.1f} %"


def one_line(text: str) -> str:
    """`text` without characters that would move a terminal's cursor."""
    return "".join(character if character.isprintable() else " " for character in text)


def print_json(value: Any) -> None:
    """`value` on standard output, readable for people and programs."""
    print(json.dumps(value, indent=2, ensure_ascii=False))
