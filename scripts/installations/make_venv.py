"""Creates a virtual environment once, even if several processes request it at the same time.

usage: make_venv.py FOLDER [PIP INSTALL ARGUMENT...]
"""

import fcntl
import shutil
import subprocess
import sys
import venv
from pathlib import Path


def main(folder, pip_arguments):
    folder.parent.mkdir(parents=True, exist_ok=True)
    stamp = folder / "complete"
    # A virtual environment refers to the Python that created it. After an upgrade of that Python it is created again.
    made_by = f"{sys.version} in {sys.base_prefix}"
    # The kernel releases the lock of a process that dies, so that no stale lock can remain.
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == made_by:
            return
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, symlinks=True, with_pip=True)
        subprocess.run(
            [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
            + pip_arguments,
            check=True,
            stdout=sys.stderr,
            # If this process is killed, pip continues and holds the lock until it has ended.
            pass_fds=[lock.fileno()],
        )
        stamp.write_text(made_by)


main(Path(sys.argv[1]), sys.argv[2:])
