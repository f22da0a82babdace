"""`python -m facelab fetch LIST FOLDER`: the faces of a published list, from the web into a folder."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from facelab.terminal import CtrlC, Progress, one_line, print_json

if TYPE_CHECKING:
    from facelab.data.web import Report

PROGRAM = "python -m facelab fetch"
EPILOG = f"""\
examples:
  {PROGRAM} faces_list.txt faces
  {PROGRAM} faces_list.txt faces --form png --side 128 --parallel 4 --json

LIST is in FaceScrub's format, a face per line: name, image id, face id, address, box and SHA-256 between tabs. The
servers that it names are asked for its photos, without a proxy, and see this computer's address. Faces are written to
FOLDER/Person/face id.jpg; what is there already is not fetched again, so the same command goes on after Ctrl-C.
Train on them with --set data.source=folder --set data.path=FOLDER. The exit code is 1 where there is no face at all.
"""


def add_options(command: argparse.ArgumentParser) -> None:
    """What may stand behind `fetch`."""
    command.add_argument("list", type=Path, metavar="LIST", help="the list, a text file")
    command.add_argument("folder", type=Path, metavar="FOLDER", help="where the faces go, a folder per person")
    command.add_argument("--side", type=int, default=256, metavar="N", help="the most pixels a side; by default 256")
    command.add_argument("--form", choices=("jpg", "png"), default="jpg", help="how faces are written")
    command.add_argument("--parallel", type=int, metavar="N", help="requests at once")
    command.add_argument("--per-host", type=int, metavar="N", help="requests at once to one server")
    command.add_argument("--timeout", type=float, metavar="SECONDS", help="to wait for a server's next byte")
    command.add_argument("--retries", type=int, metavar="N", help="how often to try again what may pass")
    command.add_argument("--contact", metavar="TEXT", help="tell the servers whom to ask, such as a mail address")
    command.add_argument(
        "--private", action="store_true", help="also ask this computer and private networks; only for your own lists"
    )


def fetch(arguments: argparse.Namespace) -> int:
    """Fetch the photos that a list names from the web, and cut the faces out of them."""
    from facelab.data.web import Manners, collect

    given = {name: value for name in Manners.model_fields if (value := getattr(arguments, name, None)) is not None}
    manners = Manners.parse(given)
    with Progress(arguments.json) as progress, CtrlC() as ctrl_c:

        def listen(report: "Report") -> None:
            progress.show(
                f"{report.done:.0%} of {report.total:,} lines: {report.faces:,} faces, {report.failed:,} failed"
            )
            if ctrl_c.pressed:
                raise KeyboardInterrupt

        report = collect(arguments.list, arguments.folder, arguments.side, arguments.form, manners, listen)
    if arguments.json:
        print_json(report.as_json())
    else:
        _print(report)
    return int(not report.faces)


def _print(report: "Report") -> None:
    for failure in report.failures:
        who = failure.who and f" ({failure.who})"
        print(one_line(f"Line {failure.line}{who}: {failure.reason}"))
    print(
        f"{report.made:,} faces written, {report.kept:,} were there, {report.failed:,} of {report.total:,} lines failed"
    )
    for reason, lines in report.reasons.items():
        print(one_line(f"{lines:>7,} x {reason}"))
