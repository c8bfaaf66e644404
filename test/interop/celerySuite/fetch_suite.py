"""Downloads the source distribution of Celery that sdist.txt names, and extracts its integration suite.

usage: fetch_suite.py FOLDER
"""

import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

# Not the package `celery`: the suite would import it instead of the installed one.
EXTRACTED = ("pyproject.toml", "t/__init__.py", "t/skip.py", "t/canvas_helpers.py", "t/integration/")


def main(folder):
    with tempfile.TemporaryDirectory() as downloads:
        # pip reads the metadata of the distribution, for which setuptools of this environment suffices.
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps"]
            + ["--no-binary", ":all:", "--no-build-isolation", "--require-hashes", "--dest", downloads]
            + ["--requirement", Path(__file__).with_name("sdist.txt")],
            check=True,
            stdout=sys.stderr,
        )
        [archive] = Path(downloads).iterdir()
        with tarfile.open(archive) as tar:
            for member in tar.getmembers():
                _, _, member.name = member.name.partition("/")
                if member.isfile() and member.name.startswith(EXTRACTED):
                    tar.extract(member, folder)


main(sys.argv[1])
