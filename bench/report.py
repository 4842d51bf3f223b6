"""What was measured, as text, and as the table of README.md."""
import machine

BEGIN, END = "<!-- bench -->", "<!-- /bench -->"
TITLES = {"gyre": "gyre", "gyre_two": "2 threads", "numpy": "numpy", "c": "plain C"}


def duration(seconds):
    """Three digits, in the unit that a reader expects of them."""
    for unit, size in (("s", 1), ("ms", 1e-3), ("us", 1e-6), ("ns", 1e-9)):
        if abs(seconds) >= size or unit == "ns":
            return f"{digits(seconds / size)} {unit}"


def digits(x):
    """Three digits, and more only before the point."""
    return f"{x:.0f}" if abs(x) >= 100 else f"{x:#.3g}"


def cell(result, name):
    cost = result["costs"].get(name)
    return duration(cost["seconds"]) if cost else ""


def peak(result, name):
    cost = result["costs"].get(name)
    return digits(cost["megabytes"]) if cost else ""


def times(result, figure):
    return f"{digits(result['figures'][figure])} x" if figure in result["figures"] else ""


def layout(rows, left=(0,)):
    """Columns as wide as they need be, flush right but for those named."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(word.ljust(w) if i in left else word.rjust(w)
                  for i, (word, w) in enumerate(zip(row, widths))).rstrip()
        for row in rows)


# ---- text ---------------------------------------------------------------------------------------


def time_rows(results):
    yield ("", *TITLES.values(), "/numpy", "/C", "bound", "x bound", "turns", "MB", "numpy MB",
           "C MB")
    for name, r in results.items():
        if "failed" in r:
            continue
        bound = r["figures"].get("bound")
        yield (name, *(cell(r, key) for key in TITLES), times(r, "over_numpy"), times(r, "over_c"),
               duration(bound) if bound else "", times(r, "over_bound"), str(r["turns"]),
               *(digits(r["figures"]["megabytes"]) if key == "gyre" else peak(r, key)
                 for key in ("gyre", "numpy", "c")))


def notes(report):
    for name, r in report["workloads"].items():
        yield f"{name:4} {r['what']}"
        if "failed" in r:
            yield f"     not measured: {r['failed']}"
            continue
        if r["agreement"]:
            worst = {peer: max(map(abs, z.values())) for peer, z in r["agreement"].items()}
            yield "     agrees with " + ", ".join(
                f"{peer} (worst of {len(r['agreement'][peer])} means {z:.1f} standard errors apart)"
                for peer, z in worst.items())
        if r["numpy_scale"] > 1:
            yield (f"     numpy had {r['numpy_scale']} times fewer agents: its time is multiplied "
                   "by that, its peak is not")
        if machine.is_busy(r["watch"]["others"], r["watch"]["steal"], None):
            yield "     " + machine.busy_line(r["watch"]["others"], r["watch"]["steal"], None)


def reach_rows(reached):
    yield ("", "reach", "measured", "", "")
    for one in reached:
        sign = ">=" if one["least"] else "<="
        found = digits(one["measured"]) if one["measured"] is not None else "-"
        yield (one["workload"], f"{sign} {one['limit']:g}", found, one["verdict"], one["words"])


def machine_lines(report):
    m = report["machine"]
    sizes = [f"{level} {size / 1024:,.0f} kB" for level, size in m["caches"].items()]
    yield ", ".join([m["cpu"], f"{m['cores']} cores", *(sizes or ["caches not known"]),
                     f"{m['memory_mb'] / 1024:.0f} GB of memory", m["kernel"]])
    yield (f"{m['compiler']}, vector kernel {report['limits']['vector']}, "
           f"load {m['load']:.2f} at first")
    yield report["busy"]["line"]


def bandwidth(bytes_a_second):
    return f"{bytes_a_second / 1e9:.1f} GB/s" if bytes_a_second > 0 else "unknown"


def limit_lines(limits):
    gathers = ", ".join(f"{int(n):,}: {duration(s)}" for n, s in limits["gather"].items())
    yield (f"triad {bandwidth(limits['triad'])}, two threads {bandwidth(limits['triad_two'])}, "
           f"copy {bandwidth(limits['copy'])} (arrays of {limits['array_bytes'] / 1e6:.0f} MB)")
    yield f"an addressed word {duration(limits['word'])}; a gather by states {gathers}"
    yield f"a product added to a sum {limits['product'] * 1e12:.0f} ps"


def text(report):
    parts = [
        "\n".join(machine_lines(report)),
        "\n".join(limit_lines(report["limits"])),
        layout(list(time_rows(report["workloads"]))),
        "Medians of turns taken in alternation, one thread unless said. A round is what a longer\n"
        "process takes more than one of one round, of gyre's each the faster of two. bound = draws\n"
        "x (word + gather at the table's states) + bytes / triad, with each row written once and\n"
        "read once a round, one thread; a gather is a look-up of gyre's own, words made before.\n"
        "W8: + 2 x agents x states x features products.",
        "\n".join(notes(report)),
    ]
    if report["reach"]:
        parts.append(layout(list(reach_rows(report["reach"])), left=(0, 3, 4)))
    return "\n\n".join(parts)


# ---- README.md ----------------------------------------------------------------------------------


def markers(page):
    """Where the table stands; None when it has no place."""
    begin, end = page.find(BEGIN), page.find(END)
    return (begin + len(BEGIN), end) if 0 <= begin < end else None


def readme_rows(results):
    yield "| workload | gyre | two threads | numpy | plain C | over numpy | over C | peak memory |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for name, r in results.items():
        numpy = cell(r, "numpy") + ("\\*" if r["numpy_scale"] > 1 else "")
        yield (f"| {name}: {r['what']} | {cell(r, 'gyre')} | {cell(r, 'gyre_two')} | {numpy} | "
               f"{cell(r, 'c')} | {times(r, 'over_numpy')} | {times(r, 'over_c')} | "
               f"{digits(r['figures']['megabytes'])} MB |")


def readme_table(report):
    results = report["workloads"]
    lines = ["", *readme_rows(results), ""]
    for scale in sorted({r["numpy_scale"] for r in results.values()} - {1}):
        lines += [f"\\* numpy with {scale} times fewer agents, its time multiplied by that.", ""]
    lines += ["Time of a round (W5: a process; W6: a replicate), medians of alternating runs, "
              "of gyre's each the faster of two.",
              *machine_lines(report), ""]
    return "\n".join(lines)


def rewrite(page, report):
    begin, end = markers(page)
    return page[:begin] + readme_table(report) + page[end:]
