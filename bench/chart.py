"""Line charts as SVG, written by hand: readable in light and dark, without a script or a font of
their own."""
import math
from html import escape

WIDTH, PANEL_HEIGHT = 720, 300
LEFT, RIGHT, BOTTOM, GAP = 74, 30, 52, 56
LEGEND_TOP, LEGEND_ROW = 50, 22
TICKS = 5
# One look for each series, in this order: colours for light and dark, and a dash for those who see
# no colours.
LOOKS = (("#0b62c4", "#6cb2ff", ""), ("#c2410c", "#fb923c", "7 3"), ("#15803d", "#4ade80", "2 3"),
         ("#86198f", "#e879f9", "9 3 2 3"), ("#57534e", "#c7c2bd", "4 4"),
         ("#a16207", "#facc15", "1 4"))
STYLE = """\
.back{fill:#ffffff}.text{fill:#1f2328;font:13px system-ui,sans-serif}
.title{font-size:16px;font-weight:600}.small{font-size:12px;fill:#59636e}
.grid{stroke:#d1d9e0;stroke-width:1}.axis{stroke:#59636e;stroke-width:1}
.line{fill:none;stroke-width:2.2;stroke-linejoin:round}
@media (prefers-color-scheme:dark){.back{fill:#0d1117}.text{fill:#f0f6fc}.small{fill:#9198a1}
.grid{stroke:#2b3139}.axis{stroke:#9198a1}}"""


class Scale:
    """From a value to a place on an axis."""

    def __init__(self, values, begin, end, log):
        self.log, self.begin, self.end = log, begin, end
        if log:
            self.low = min(value for value in values if value > 0)
            self.high = max(max(values), self.low * 10)
            self.ticks = self.log_ticks()
            self.low, self.high = min(self.low, self.ticks[0]), max(self.high, self.ticks[-1])
        else:
            self.low = 0
            step = nice_step(max(values) or 1)
            self.ticks = [step * n for n in range(math.ceil((max(values) or 1) / step) + 1)]
            self.high = self.ticks[-1]

    def log_ticks(self):
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        return [10.0 ** power for power in range(first, last + 1)]

    def place(self, value):
        if self.log:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.begin + share * (self.end - self.begin)


def nice_step(highest):
    rough = highest / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough)


def readable(number):
    """1500 -> "1 500", 2000000 -> "2 M"."""
    if number >= 1_000_000:
        return f"{number / 1_000_000:g} M"
    if number >= 1000:
        return f"{number:,.0f}".replace(",", "\u2009")
    return f"{number:g}"


class Panel:
    """One pair of axes. `series`: a name and its points, x and y."""

    def __init__(self, y_label, series, log_y=False):
        self.y_label, self.series, self.log_y = y_label, series, log_y


class Chart:
    def __init__(self, title, about, x_label, panels, log_x=False):
        self.title, self.about, self.x_label = title, about, x_label
        self.panels, self.log_x = panels, log_x
        self.names = list(dict.fromkeys(name for panel in panels for name, _ in panel.series))
        self.places = self.place_legend()
        self.top = self.places[-1][1] + 36

    def place_legend(self):
        """Where each name begins; a row that is full goes on in the next one."""
        places, x, y = [], LEFT, LEGEND_TOP
        for name in self.names:
            width = 56 + 7 * len(name)
            if x > LEFT and x + width > WIDTH:
                x, y = LEFT, y + LEGEND_ROW
            places.append((x, y))
            x += width
        return places

    def svg(self):
        height = self.top + len(self.panels) * PANEL_HEIGHT + (len(self.panels) - 1) * GAP + BOTTOM
        looks = "".join(
            f".s{n}{{stroke:{light}}}.m{n}{{fill:{light}}}"
            f"@media (prefers-color-scheme:dark){{.s{n}{{stroke:{dark}}}.m{n}{{fill:{dark}}}}}"
            for n, (light, dark, _) in enumerate(LOOKS[:len(self.names)]))
        lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
                 f'width="{WIDTH}" height="{height}" role="img" aria-labelledby="title about">',
                 f'<title id="title">{escape(self.title)}</title>',
                 f'<desc id="about">{escape(self.about)}</desc>',
                 f"<style>{STYLE}{looks}</style>",
                 f'<rect class="back" width="{WIDTH}" height="{height}"/>',
                 text(LEFT, 26, self.title, "title")]
        lines += self.legend()
        for number, panel in enumerate(self.panels):
            top = self.top + number * (PANEL_HEIGHT + GAP)
            lines += self.draw(panel, top, last=number == len(self.panels) - 1)
        return "\n".join([*lines, "</svg>"]) + "\n"

    def legend(self):
        lines = []
        for number, (name, (x, y)) in enumerate(zip(self.names, self.places)):
            lines.append(f'<path class="line s{number}" d="M{x} {y}h28"{dash(number)}/>')
            lines.append(f'<circle class="m{number}" cx="{x + 14}" cy="{y}" r="3.2"/>')
            lines.append(text(x + 34, y + 4, name))
        return lines

    def draw(self, panel, top, last):
        bottom = top + PANEL_HEIGHT
        xs = [x for one in self.panels for _, points in one.series for x, _ in points]
        ys = [y for _, points in panel.series for _, y in points]
        across = Scale(xs, LEFT, WIDTH - RIGHT, self.log_x)
        up = Scale(ys, bottom, top, panel.log_y)
        lines = [text(LEFT, top - 8, panel.y_label, "small")]
        for tick in up.ticks:
            y = up.place(tick)
            lines.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
            lines.append(text(LEFT - 8, y + 4, readable(tick), "small", "end"))
        for tick in across.ticks:
            x = across.place(tick)
            lines.append(f'<path class="axis" d="M{x:.1f} {bottom}v5"/>')
            lines.append(text(x, bottom + 19, readable(tick), "small", "middle"))
        lines.append(f'<path class="axis" d="M{LEFT} {bottom}H{WIDTH - RIGHT}"/>')
        if last:
            lines.append(text((LEFT + WIDTH - RIGHT) / 2, bottom + 40, self.x_label, "small",
                              "middle"))
        for name, points in panel.series:
            lines += self.draw_series(self.names.index(name), sorted(points), across, up)
        return lines

    def draw_series(self, number, points, across, up):
        places = [(across.place(x), up.place(y)) for x, y in points]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
        return [f'<path class="line s{number}" d="M{path}"{dash(number)}/>',
                *(f'<circle class="m{number}" cx="{x:.1f}" cy="{y:.1f}" r="3.2"/>'
                  for x, y in places)]


def dash(number):
    pattern = LOOKS[number][2]
    return f' stroke-dasharray="{pattern}"' if pattern else ""


def text(x, y, words, kind="", anchor="start"):
    return (f'<text class="text {kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
            f"{escape(words)}</text>")
