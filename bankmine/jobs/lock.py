"""A lock that dies with its process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from bankmine.errors import BusyError
from bankmine.words import Text


@contextmanager
def alone(place: Path, job: str) -> Iterator[None]:
    """Holds the lock of a job. Raises BusyError JOB_RUNNING, which says who holds it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("a+", encoding="utf-8") as file:
        if not _taken(file):
            file.seek(0)
            holder = file.read().strip() or "?"
            raise BusyError(
                "JOB_RUNNING",
                Text(zh=f"任务“{job}”正在运行（{holder}）。", en=f"the job {job!r} is running already ({holder})."),
                Text(zh="请等它结束；若进程已不在，锁会自动解除。", en="wait for it to end; the lock is gone as soon as its process is."),
            )
        file.truncate(0)
        file.write(f"pid {os.getpid()}, {datetime.now().astimezone().isoformat(timespec='seconds')}")
        file.flush()
        yield


def _taken(file: IO[str]) -> bool:
    """Takes the lock, unless somebody has it. It ends when the file is closed, as it is when the process ends, however it does."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
