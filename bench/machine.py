"""The machine: its name, its limits, and whether somebody else is using it."""
import glob
import json
import os
import platform
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")
# Tables of these many states are measured whatever the workloads are.
GATHERS = {256, 4096, 65_536, 1_000_000}


def first_field(path, key, otherwise="?"):
    with open(path) as f:
        for line in f:
            if line.startswith(key):
                return line.split(":", 1)[1].strip()
    return otherwise


def read(path):
    with open(path) as f:
        return f.read().strip()


def caches():
    """Level and bytes of data caches, from the first core's point of view."""
    sizes = {}
    for index in sorted(glob.glob("/sys/devices/system/cpu/cpu0/cache/index*")):
        if read(f"{index}/type") != "Instruction":
            kilobytes = int(read(f"{index}/size").rstrip("K"))
            sizes["L" + read(f"{index}/level")] = kilobytes * 1024
    return sizes


def kilobytes(key):
    return int(first_field("/proc/meminfo", key, "0 kB").split()[0])


def compiler(cache):
    """The one that made gyre, as CMake remembers it."""
    cc = first_field(cache, "CMAKE_C_COMPILER:", "PATH=cc").split("=", 1)[-1]
    lines = subprocess.run([cc, "--version"], capture_output=True, text=True).stdout.splitlines()
    return lines[0] if lines else cc


def describe(build):
    return {
        "cpu": first_field("/proc/cpuinfo", "model name", platform.machine()),
        "cores": len(os.sched_getaffinity(0)),
        "caches": caches(),
        "memory_mb": kilobytes("MemTotal") / 1024,
        "kernel": f"{platform.system()} {platform.release()}",
        "compiler": compiler(os.path.join(build, "CMakeCache.txt")),
        "load": os.getloadavg()[0],
    }


def array_bytes():
    """Of one of three arrays, together four times the largest cache or a quarter of free memory."""
    largest = max(caches().values(), default=32 << 20)
    return max(64 << 20, min(4 * largest, kilobytes("MemAvailable") * 1024 // 4)) // 3


def limits(program, states):
    sizes = sorted(GATHERS | set(states))
    command = [program, str(array_bytes()), *map(str, sizes)]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def spin(program):
    """How much longer two pinned threads take for what one does alone; None with one processor."""
    found = json.loads(subprocess.run([program, "spin"], capture_output=True, check=True).stdout)
    return found["two"] / found["one"] if found["two"] > 0 else None


class Watch:
    """Whose processor time passes while it is open, in cores."""

    def __enter__(self):
        self.began = self.now()
        return self

    def __exit__(self, *_):
        wall, busy, ours, steal = (b - a for a, b in zip(self.began, self.now()))
        self.others = max(0.0, (busy - ours) / wall)
        self.steal = steal / wall
        self.ours = ours / wall

    @staticmethod
    def now():
        user, nice, system, _, _, irq, soft, steal = map(int, read("/proc/stat").split()[1:9])
        busy = (user + nice + system + irq + soft) / TICKS
        return time.monotonic(), busy, sum(os.times()[:4]), steal / TICKS

    def figures(self):
        return {"others": self.others, "steal": self.steal, "ours": self.ours}


def is_busy(others, steal, ratio):
    return others > 0.1 or steal > 0.05 or (ratio or 1) > 1.15


def busy_line(others, steal, ratio):
    """What a reader must know of the company that a measurement had."""
    pinned = f", two pinned threads take {ratio:.2f} times as long as one" if ratio else ""
    facts = f"{steal * 100:.0f} % of a core stolen by the host{pinned}"
    if is_busy(others, steal, ratio):
        return (f"busy: other processes hold {others * 100:.0f} % of a core, {facts}; "
                "two-thread figures mean little")
    return f"quiet: other processes hold {others * 100:.0f} % of a core, {facts}"
