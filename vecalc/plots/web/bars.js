// Bars of a ranking: a table, so that it can be read aloud, searched by the browser, and printed.

const MOST_BARS = 2000; // at once; a browser gets slow with more

class BarTable {
  /** @param {BarsDrawing} drawing */
  constructor(drawing) {
    this.drawing = drawing;
    const known = drawing.values.filter(Number.isFinite);
    this.low = known.reduce((least, value) => Math.min(least, value), 0);
    this.high = known.reduce((most, value) => Math.max(most, value), 0);
    if (this.low === this.high) this.high = 1;
    /** @type {number[] | null} */
    this.hits = null;
    this.most = MOST_BARS;
    this.paper = element("div", { className: "paper", tabIndex: 0, role: "region", "aria-label": `Bars of ${counted(drawing.labels.length, "word")}` });
    byId("stage").append(this.paper);
  }

  show() {
    const { labels, axis, values } = this.drawing;
    const places = this.hits ?? labels.map((_, place) => place), more = places.length - this.most;
    /** @param {string} text @param {string} className */
    const head = (text, className) => element("th", { className, scope: "col" }, worded(text));
    const body = element("tbody", {}, ...places.slice(0, this.most).map((place) => this.row(place, labels[place], values[place])));
    const table = element("table", {}, element("thead", {}, element("tr", {},
      head("word", "label"), head("", ""), head(axis, "value"))), body);
    this.paper.replaceChildren(table);
    if (more <= 0) return;
    const button = element("button", { type: "button" }, `Show ${more.toLocaleString("en")} more`);
    button.addEventListener("click", () => { this.most = Infinity; this.show(); });
    this.paper.append(element("p", {}, button));
  }

  /** @param {number} place @param {string} label @param {number} value */
  row(place, label, value) {
    const span = this.high - this.low, zero = -this.low / span;
    const bar = element("i", { className: value < 0 ? "below" : "" });
    if (Number.isFinite(value)) {
      bar.style.left = `${100 * (value < 0 ? zero + value / span : zero)}%`;
      bar.style.width = `${100 * Math.abs(value) / span}%`;
    } else bar.hidden = true;
    const track = element("div", { className: "track" }, bar);
    track.style.setProperty("--zero", `${100 * zero}%`);
    const row = element("tr", {}, element("th", { scope: "row", className: "label" }, worded(label)),
      element("td", {}, track), element("td", { className: "value" }, scored(value)));
    row.dataset.place = String(place);
    return row;
  }

  /** @param {number} place */
  go(place) {
    const row = this.paper.querySelector(`tr[data-place="${place}"]`);
    row?.scrollIntoView({ block: "center" });
  }
}
