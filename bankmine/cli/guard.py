"""The program as it is started: how the work ended is also told where the system ended it (trust.md T6).

A library written in C or Rust that gets no memory ends its process, and so does the system when the machine has none left. The work is
therefore done by a child of this process, which is small and waits. Only on Linux can the child be made to end with its parent; elsewhere
the work is done in this process.
"""

import os
import signal
import sys
from contextlib import suppress

from bankmine.cli.main import BUG, USAGE, language, main, out_of_memory
from bankmine.errors import BankmineError
from bankmine.words import Text

PR_SET_PDEATHSIG = 1
LOADER_FAILED = 127  # how glibc ends a process that gets no memory for a thread


def program() -> int:
    """Runs the program and returns its exit status."""
    if sys.platform != "linux":
        return main()
    parent = os.getpid()
    interrupted = signal.signal(signal.SIGINT, signal.SIG_IGN)  # the worker gets it too, and says how it ends
    worker = os.fork()
    if worker == 0:
        signal.signal(signal.SIGINT, interrupted)
        _end_with(parent)
        os.environ["RUST_BACKTRACE"] = "0"
        return main()
    code = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
    if code == LOADER_FAILED:
        return _ended(signal.SIGABRT)
    return code if code >= 0 else _ended(signal.Signals(-code))


def _end_with(parent: int) -> None:
    """Has the system kill this process as soon as its parent is gone."""
    import ctypes

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(BUG)


def _ended(by: signal.Signals) -> int:
    """Says why the work was ended by a signal; one that was meant for us ends us as well."""
    if by in (signal.SIGKILL, signal.SIGABRT):
        status, error = USAGE, out_of_memory(by.name)
    elif by in (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE):
        status, error = (
            BUG,
            BankmineError(
                "CRASHED",
                Text(zh=f"所用的库崩溃（{by.name}）。", en=f"a library crashed ({by.name})."),
                Text(zh="请把命令和文件交给维护者。", en="hand the command and the file to those who maintain bankmine."),
            ),
        )
    else:
        signal.signal(by, signal.SIG_DFL)
        os.kill(os.getpid(), by)
        return 128 + by
    print(*error.lines(language(sys.argv)), sep="\n", file=sys.stderr)
    return status
