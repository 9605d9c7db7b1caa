# SPDX-License-Identifier: BSD-2-Clause
"""The table as a file of tab-separated values, and as a plot where gnuplot is installed."""
import os
import shutil
import subprocess
from statistics import median

SETTINGS = """set terminal svg size 1000,540 font 'sans-serif,13' background 'white'
set output '{svg}'
set title "{title}" noenhanced
set ylabel 'ratio to no tracer: median, smallest and largest'
set yrange [{low}:{high}]
set grid ytics lc rgb '#d0d0d0'
set key outside top center horizontal noenhanced
set xtics rotate by -30 noenhanced ({ticks})
set xrange [-0.6:{last}]
set arrow from -0.6,1 to {last},1 nohead lc rgb '#404040'
set pointsize 0.6
plot {curves}
"""


def write_table(path, rows):
    with open(path, "w") as table:
        table.write("work\ttracer\tmin\tmedian\tmax\twall_median\tsessions\n")
        for row in rows:
            figures = (min(row.cpu), median(row.cpu), max(row.cpu), median(row.wall))
            text = "\t".join(f"{figure:.4f}" for figure in figures)
            table.write(f"{row.work.name}\t{row.tracer}\t{text}\t{len(row.cpu)}\n")


def settings(svg, rows, title):
    works = list(dict.fromkeys(row.work.name for row in rows))
    tracers = list(dict.fromkeys(row.tracer for row in rows))
    ticks = ", ".join(f'"{name}" {at}' for at, name in enumerate(works))
    blocks, curves = [], []
    for index, tracer in enumerate(tracers):
        shift = (index - (len(tracers) - 1) / 2) * 0.6 / len(tracers)
        points = [
            f"{works.index(row.work.name) + shift:.3f} {median(row.cpu):.4f} {min(row.cpu):.4f} {max(row.cpu):.4f}"
            for row in rows
            if row.tracer == tracer
        ]
        blocks.append(f"$t{index} << EOD\n" + "\n".join(points) + "\nEOD\n")
        curves.append(f"$t{index} with yerrorbars pt 7 lw 1.5 title '{tracer}'")
    # One session that a neighbour on the machine spoiled must not flatten all others.
    high = min(2, max([1.15, *(1.05 * max(row.cpu) for row in rows)]))
    low = max(0.5, min([0.9, *(0.95 * min(row.cpu) for row in rows)]))
    text = SETTINGS.format(
        svg=svg, title=title, low=low, high=high, ticks=ticks, last=len(works) - 0.4, curves=", ".join(curves)
    )
    return "".join(blocks) + text


def draw(svg, rows, title):
    """A line that says what came of it."""
    if not shutil.which("gnuplot"):
        return "no plot: gnuplot is not installed (Debian: gnuplot-nox)"
    done = subprocess.run(["gnuplot"], input=settings(svg, rows, title), capture_output=True, text=True)
    if done.returncode or not os.path.exists(svg):
        return f"no plot: {done.stderr.strip()}"
    return f"plot: {svg}"
