"""`python -m facelab identify PHOTO`: who is on a photo, by a network or by the people kept on this computer."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from facelab.errors import RecognitionError
from facelab.terminal import one_line, percent, print_json

if TYPE_CHECKING:
    from facelab.recognition.identify import Answer, Identifier

PROGRAM = "python -m facelab identify"
EPILOG = f"""\
examples:
  {PROGRAM} photo.jpg --run ready-made-convnet
  {PROGRAM} photo.jpg --json

Answers for every face on the photo, the largest first. A network knows nobody but its own people, and is told to be
out of its depth where a face is unlike all of them; without --run the photo is compared with the people kept on this
computer by the app's People page. Nothing is sent anywhere. The exit code is 0 for any answer.
"""
LISTED = 5


def add_options(command: argparse.ArgumentParser) -> None:
    """What may stand behind `identify`."""
    command.add_argument("photo", type=Path, metavar="PHOTO", help="a photo with one or more faces")
    command.add_argument("--run", metavar="RUN", help="the id of a run on faces, as `runs` lists it")
    command.add_argument("--embedder", metavar="NAME", help="what compares with kept people; by default the reference")


def identify(arguments: argparse.Namespace) -> int:
    """Say who is on a photo."""
    from facelab.recognition import identify

    found = identify(arguments.photo, by := _identifier(arguments.run, arguments.embedder))
    if arguments.json:
        print_json(found.as_json())
        return 0
    for number, answer in enumerate(found.answers, start=1):
        _print(f"Face {number}" if answer.face else "All of the photo, for no face was found", answer, by)
    return 0


def _identifier(run: str | None, embedder: str | None) -> "Identifier":
    from facelab.data import people
    from facelab.labs import starters
    from facelab.recognition import Gallery, classifier
    from facelab.recognition import embedder as load
    from facelab.recognition.identify.gallery import EMBEDDER
    from facelab.runs import RunStore

    if run:
        store = RunStore()
        starters.install(store)
        return classifier(run, store)
    kept = people.read(people.folder_of(people.KEPT))
    if not len(kept):
        raise RecognitionError(
            "Nobody is kept on this computer: name a run with --run, or enrol people on the app's People page and keep "
            "them."
        )
    return Gallery.of(kept.photos(), load(embedder or EMBEDDER))


def _print(what: str, answer: "Answer", by: "Identifier") -> None:
    from facelab.recognition import Gallery

    best = answer.ranking[0]
    said = f"{best.name}, {percent(best.probability)}" if answer.name else "nobody who is known"
    print(one_line(f"{what}: {said}"))
    side, line = "within" if answer.is_within else "beyond", answer.line
    print(
        f"    The distance of {answer.distance:.3f} is {side} the line of {line.distance:.3f}, beyond which lie "
        f"{percent(line.false_alarms.value)} of new photos of known people (95 % interval "
        f"{percent(line.false_alarms.low)} to {percent(line.false_alarms.high)})."
    )
    if not answer.is_known and not isinstance(by, Gallery):
        print("    It is unlike everything that the network knows: do not rely on the answer.")
    if (let_through := line.any_of(len(by.names))) is not None:
        print(f"    It takes about {percent(let_through)} of strangers for one of the {len(by.names)} people.")
    for each in answer.ranking[:LISTED]:
        print(one_line(f"    {percent(each.probability):>7}  {each.name}"))
