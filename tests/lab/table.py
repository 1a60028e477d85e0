# SPDX-License-Identifier: MIT
"""Readable results: a matrix of pairs for a small network, a summary by kind for a large one."""

MOST_COLUMNS = 14
CELL = 6


def render(nodes, results):
    """
    `nodes` are (name, kind) in order; `results` maps (from, to, family) to milliseconds or None.
    Returns lines of at most about 100 columns.
    """
    if len(nodes) > MOST_COLUMNS:
        return _summary(nodes, results)
    lines = []
    for family in sorted({family for _, _, family in results}):
        lines += _matrix([name for name, _ in nodes], results, family) + [""]
    return lines[:-1]


def cell(results, key):
    if key not in results:
        return "-"
    milliseconds = results[key]
    if milliseconds is None:
        return "FAIL"
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.1f}s"
    return f"{milliseconds:.1f}" if milliseconds < 100 else f"{milliseconds:.0f}"


def _matrix(names, results, family):
    taking_part = {name for one, other, each in results if each == family for name in (one, other)}
    names = [name for name in names if name in taking_part]
    width = max(map(len, names))
    head = "".join(f"{number:>{CELL}}" for number in range(1, len(names) + 1))
    lines = [f"IPv{family}, round trip in ms, from row to column", f"{'':{width + 4}}{head}"]
    for number, row in enumerate(names, 1):
        cells = (cell(results, (row, column, family)) for column in names)
        lines.append(f"{number:>2}  {row:{width}}" + "".join(f"{text:>{CELL}}" for text in cells))
    return lines


def _summary(nodes, results):
    kind_of = dict(nodes)
    groups = {}
    for (one, other, family), milliseconds in results.items():
        key = (kind_of[one], kind_of[other], family)
        groups.setdefault(key, []).append(milliseconds)
    lines = [
        f"{'from':10}{'to':10}{'family':8}"
        f"{'pairs':>7}{'reached':>9}{'median ms':>11}{'worst ms':>10}"
    ]
    for (one, other, family), values in sorted(groups.items()):
        good = sorted(value for value in values if value is not None)
        median = f"{good[len(good) // 2]:.1f}" if good else "-"
        worst = f"{good[-1]:.1f}" if good else "-"
        lines.append(
            f"{one:10}{other:10}{f'IPv{family}':8}"
            f"{len(values):>7}{len(good):>9}{median:>11}{worst:>10}"
        )
    return lines
