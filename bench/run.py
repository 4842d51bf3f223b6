"""./dev bench: whole processes of gyre and of a numpy script, alternating; medians and their ratio."""
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time

TIMES = 21
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
GYRE = os.path.join(ROOT, "build", "release", "bin", "gyre")


def machine():
    name = platform.machine()
    with open("/proc/cpuinfo") as f:
        for line in f:
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    return f"{name}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.2f}"


def once(command, folder):
    """Seconds and peak kilobytes of one process."""
    began = time.perf_counter()
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - began
    if status != 0:
        sys.exit(f"bench: {' '.join(command)} ended with status {status}")
    return seconds, usage.ru_maxrss


def floored(command, folder):
    """The last round's kl_floored, that the two must agree in."""
    lines = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    return lines.strip().splitlines()


def agree(folder):
    scenario = os.path.join(ROOT, "scenarios", "paper", "isolated.toml")
    ours = floored(
        [GYRE, "run", scenario, "--no-db", "--json", "--set", "scenario.replicates=50"], folder
    )
    rows = [json.loads(line) for line in ours[:-1]]
    last = [r["metrics"]["safety.kl_floored"] for r in rows if r["round"] == 20]
    peer = float(floored([PYTHON, PEER, os.path.join(folder, "check.db")], folder)[-1].split()[1])
    mean, sd = statistics.mean(last), statistics.stdev(last)
    if abs(peer - mean) > 5 * sd:
        sys.exit(f"bench: the peer's kl_floored {peer} is not from {mean:.3f} (sd {sd:.3f})")


PYTHON = "/usr/bin/python3"
PEER = os.path.join(HERE, "peers", "isolated.py")


def main():
    scenario = os.path.join(ROOT, "scenarios", "paper", "isolated.toml")
    times = {"gyre": [], "numpy": []}
    peaks = {"gyre": 0, "numpy": 0}
    with tempfile.TemporaryDirectory() as folder:
        agree(folder)
        for i in range(TIMES):
            commands = {
                "gyre": [GYRE, "run", scenario, "--db", os.path.join(folder, f"g{i}.db")],
                "numpy": [PYTHON, PEER, os.path.join(folder, f"n{i}.db")],
            }
            for name, command in commands.items():
                seconds, peak = once(command, folder)
                times[name].append(seconds)
                peaks[name] = max(peaks[name], peak)
    ours, theirs = (statistics.median(times[n]) for n in ("gyre", "numpy"))
    print(f"{machine()}; median of {TIMES} alternating runs, whole processes with a new database")
    print(f"{'':28}{'gyre':>12}{'numpy':>12}{'ratio':>8}")
    print(f"{'paper/isolated.toml':28}{ours * 1e3:9.1f} ms{theirs * 1e3:9.1f} ms{theirs / ours:7.1f}x")
    print(f"{'peak memory':28}{peaks['gyre'] / 1e3:9.1f} MB{peaks['numpy'] / 1e3:9.1f} MB")


main()
