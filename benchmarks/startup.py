"""Start-up cost: `import bankmine` and `bankmine --help` beside an empty Python, in alternation, as medians and ratios.

python benchmarks/startup.py [RUNS]
"""

import statistics
import subprocess
import sys
import time

COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import bankmine": [sys.executable, "-c", "import bankmine"],
    "bankmine --help": [sys.executable, "-m", "bankmine", "--help"],
}


def seconds(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def main(runs: int) -> None:
    for command in COMMANDS.values():
        seconds(command)  # the first run writes bytecode
    taken = {name: [] for name in COMMANDS}
    for _ in range(runs):
        for name, command in COMMANDS.items():
            taken[name].append(seconds(command))
    empty = statistics.median(taken["python -c pass"])
    for name, times in taken.items():
        print(f"{name:18} {statistics.median(times):6.3f} s   {statistics.median(times) / empty:5.1f} x an empty Python")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 11)
