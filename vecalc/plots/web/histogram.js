// A histogram: how often a number falls between two edges, with the numbers that have a name.

const SVG = "http://www.w3.org/2000/svg";
const BAND = { left: 56, right: 20, bottom: 44, name: 18 }; // pixels; `name` is a line of names above the bars

class HistogramPicture {
  /** @param {HistogramDrawing} drawing */
  constructor(drawing) {
    this.drawing = drawing;
    this.bar = -1;
    this.paper = element("div", { className: "paper", tabIndex: 0, role: "region",
      "aria-label": `Histogram of ${drawing.axis} in ${counted(drawing.counts.length, "bar")}; left and right go from bar to bar` });
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.setAttribute("aria-hidden", "true");
    this.paper.append(this.svg, this.numbers());
    byId("stage").append(this.paper);
    new ResizeObserver(() => this.draw()).observe(this.paper);
    this.paper.addEventListener("keydown", (event) => this.walk(event));
  }

  /** The same as a table. */
  numbers() {
    const { counts, at, marks } = this.drawing;
    const rows = [...counts].map((count, bar) => [this.range(bar), count.toLocaleString("en")]);
    rows.push(...marks.map((mark, place) => [mark, shown(at[place])]));
    return element("details", {}, element("summary", {}, "The numbers"), element("table", {}, element("tbody", {},
      ...rows.map(([name, number]) => element("tr", {}, element("th", { scope: "row" }, worded(name)), element("td", { className: "value" }, number))))));
  }

  /** @param {number} bar */
  range(bar) {
    const { edges } = this.drawing;
    return `${shown(edges[bar])} to ${shown(edges[bar + 1])}`;
  }

  draw() {
    const { edges, counts, axis } = this.drawing, width = this.svg.clientWidth, height = this.svg.clientHeight;
    const bottom = height - BAND.bottom, room = Math.floor(bottom / 2 / BAND.name); // no more names than bars
    const marks = this.namedMarks(width), top = 14 + BAND.name * Math.min(room, Math.max(0, ...marks.map(({ row }) => row + 1)));
    if (bottom <= top) return; // not on the screen
    const low = edges[0], high = edges[edges.length - 1], most = counts.reduce((a, b) => Math.max(a, b), 1);
    const across = this.across(width);
    /** @param {number} count */
    const up = (count) => bottom - count / most * (bottom - top);
    this.svg.replaceChildren();
    const amounts = ticks(0, most, 5), numbers = ticks(low, high, width / 90);
    for (const value of amounts.values) {
      this.add("line", { class: "rule", x1: BAND.left, x2: width - BAND.right, y1: up(value), y2: up(value) });
      this.add("text", { x: BAND.left - 8, y: up(value) + 4, "text-anchor": "end" }, value.toLocaleString("en"));
    }
    counts.forEach((count, bar) => {
      const left = across(edges[bar]), wide = Math.max(1, across(edges[bar + 1]) - left - 1);
      const shape = this.add("rect", { class: bar === this.bar ? "bar at" : "bar", x: left, width: wide, y: up(count), height: bottom - up(count) });
      const target = this.add("rect", { fill: "transparent", x: left, width: wide + 1, y: top, height: bottom - top });
      target.addEventListener("pointermove", (event) => { shape.classList.add("at"); this.tip(bar, event); });
      target.addEventListener("pointerleave", () => { shape.classList.remove("at"); showTip(); });
    });
    for (const value of numbers.values) {
      this.add("text", { x: across(value), y: bottom + 16, "text-anchor": "middle" }, ticked(value, numbers.step));
    }
    this.add("text", { x: (BAND.left + width) / 2, y: height - 8, "text-anchor": "middle" }, axis);
    marks.forEach(({ name, left, row, end }) => {
      const y = 14 + BAND.name * Math.min(row, room);
      this.add("line", { class: "mark", x1: left, x2: left, y1: y + 4, y2: bottom });
      if (row < room) this.add("text", { class: "mark-name", x: left, y, "text-anchor": end ? "end" : "start" }, name);
    });
  }

  /** @param {number} width @returns {(value: number) => number} */
  across(width) {
    const { edges } = this.drawing, low = edges[0], span = edges[edges.length - 1] - low || 1;
    return (value) => BAND.left + (value - low) / span * (width - BAND.left - BAND.right);
  }

  /** Names in as many lines as it takes: from the left, each below those that reach to its number. @param {number} width */
  namedMarks(width) {
    const across = this.across(width), { marks, at } = this.drawing;
    const context = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
    context.font = `12px ${FONT}`;
    /** @type {{name: string, left: number, row: number, end: boolean, span: [number, number]}[]} */
    const placed = [];
    for (const place of marks.map((_, number) => number).sort((a, b) => at[a] - at[b])) {
      const name = fitted(context, marks[place], width / 3), left = across(at[place]), wide = context.measureText(name).width;
      const end = left + wide > width; // no room on its right
      /** @type {[number, number]} */
      const span = end ? [left - wide - 8, left + 4] : [left - 4, left + wide + 8];
      const above = placed.filter((other) => span[0] < other.span[1] && other.span[0] < span[1]).map(({ row }) => row);
      placed.push({ name, left, end, span, row: Math.max(-1, ...above) + 1 });
    }
    return placed;
  }

  /** @param {string} tag @param {Record<string, string | number>} attributes @param {string} [text] */
  add(tag, attributes, text = "") {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
    made.textContent = text;
    this.svg.append(made);
    return made;
  }

  /** @param {number} bar @param {{clientX: number, clientY: number}} event */
  tip(bar, { clientX, clientY }) {
    showTip(this.range(bar), [counted(this.drawing.counts[bar], "word")], clientX, clientY);
  }

  /** @param {KeyboardEvent} event */
  walk(event) {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    const last = this.drawing.counts.length - 1;
    this.bar = Math.max(0, Math.min(last, this.bar + (event.key === "ArrowRight" ? 1 : -1)));
    this.draw();
    say(`${this.range(this.bar)}: ${counted(this.drawing.counts[this.bar], "word")}`);
    const box = this.svg.querySelectorAll(".bar")[this.bar].getBoundingClientRect();
    this.tip(this.bar, { clientX: box.left, clientY: box.top });
  }
}
