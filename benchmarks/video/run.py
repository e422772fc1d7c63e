"""`make bench-video`: how fast a session becomes a video, and how good that is, beside two other ways in one run."""

import argparse
from pathlib import Path

from benchmarks import result
from benchmarks.video.services import services

FOLDER = Path(__file__).parent
FULL, QUICK = 1.0, 1 / 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three times as fast as people are")
    parser.add_argument("--only", help="names of sessions, with commas between; nothing is kept")
    given = parser.parse_args()
    with services() as folder:
        # What reads the settings comes when the services are there.
        from benchmarks.video.measure import measure
        from benchmarks.video.report import figures, peers, table

        only = given.only.split(",") if given.only else None
        measured = measure(folder, pace=QUICK if given.quick else FULL, only=only)
        text = table(measured)
        if given.quick:
            text = f"A short run: three times as fast as people are.\n\n{text}"
        if not only:
            result.write(FOLDER, figures=figures(measured), peers=peers(measured), table=text)
        print(text)


if __name__ == "__main__":
    main()
