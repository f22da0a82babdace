"""`python -m benchmarks [case ...]`: every case beside the plain way to do it, in one run, as one table.

The absolute times are this machine's at this moment; what counts is the ratio, or the bar, beside them.
"""

import argparse
import sys

from benchmarks import (
    app,
    engine,
    identify,
    invariance,
    people,
    plane,
    siamese,
    store,
    sweep,
    training,
    transfer,
    verify,
)
from benchmarks.row import Row

CASES = {
    "convnet": training.convnet,
    "recording": training.recording,
    "engine": engine.engine,
    "plane": plane.plane,
    "sweep": sweep.sweep,
    "invariance": invariance.invariance,
    "people": people.people,
    "transfer": transfer.transfer,
    "siamese": siamese.siamese,
    "verify": verify.verdict,
    "identify": identify.identified,
    "store": store.thousand_runs,
    "faces": store.faces,
    "app": app.app,
}


def main() -> int:
    """Run the named cases, or all; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("case", nargs="*", choices=[*CASES, []], help="which to run; all of them by default")
    rows: list[Row] = []
    for name in parser.parse_args().case or CASES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        rows += CASES[name]()
    print("| what | facelab | beside it | result | bar | met |\n|---|---|---|---|---|---|")
    for row in rows:
        print(row.markdown())
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
