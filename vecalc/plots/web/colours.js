// What colour each point has and what the legend says: by role, by the names of a column, or by a number.

const SHADES = 64; // of a scale; the eye tells fewer apart
const ROLES = ["typed", "result", "neighbours"];

class Inks {
  /** @param {MapDrawing} drawing @param {Theme} theme */
  constructor({ colouring, roles, labels }, theme) {
    this.theme = theme;
    this.count = labels.length;
    this.title = colouring?.name ?? "";
    this.numbers = colouring?.numbers;
    /** @type {string[]} */
    this.names = colouring?.names ?? (colouring ? [] : ROLES);
    /** @type {Int32Array | Uint8Array | undefined} the place in `names` of each point */
    this.groups = colouring ? colouring.groups : roles;
    this.byRole = !colouring;
    this.low = this.high = 0; // of the numbers
    this.logarithmic = false;
    this.inks = this.numbers ? this.scaled(this.numbers) : this.named();
    this.tallies = this.names.map(() => 0);
    this.groups?.forEach((group) => { this.tallies[group]++; });
  }

  /** Places in `colours` by number. @param {Float32Array} numbers */
  scaled(numbers) {
    const known = numbers.filter(Number.isFinite).sort();
    [this.low, this.high] = known.length ? [known[0], known[known.length - 1]] : [0, 0];
    const middle = known[known.length >> 1];
    // Counts of words are spread over powers of ten: all but a few would have one colour.
    this.logarithmic = this.low > 0 && this.high / this.low > 1000 && middle < this.high / 30;
    const inks = new Uint8Array(numbers.length);
    numbers.forEach((number, point) => {
      inks[point] = Number.isFinite(number) ? Math.round(this.share(number) * (SHADES - 1)) : SHADES;
    });
    return inks;
  }

  /** @param {number} number */
  share(number) {
    const { low, high } = this;
    if (high === low) return 0.5;
    return this.logarithmic ? Math.log(number / low) / Math.log(high / low) : (number - low) / (high - low);
  }

  named() {
    const most = this.byRole ? 3 : COLOURS.light.names.length;
    return Uint8Array.from(this.groups ?? [], (group) => Math.min(group, most));
  }

  /** All colours, as `inks` counts them. */
  get colours() {
    const { given, result, context, none, names, scale } = this.theme.colours;
    if (this.byRole) return [given, result, context];
    if (this.numbers) return [...Array.from({ length: SHADES }, (_, at) => rgb(between(scale, at / (SHADES - 1)))), none];
    return [...names, context];
  }

  /** The colour of a group. @param {number} group */
  ofGroup(group) {
    const colours = this.colours;
    return colours[Math.min(group, colours.length - 1)];
  }

  /** What a point's colour says. @param {number} point */
  told(point) {
    if (this.byRole) return "";
    const value = this.numbers ? shown(this.numbers[point]) : (this.names[this.groups?.[point] ?? 0] || "none");
    return `${this.title}: ${value}`;
  }

  /** @param {(group: number) => void} isolate @param {() => number} isolated */
  legend(isolate, isolated) {
    const used = this.names.map((_, group) => group).filter((group) => this.tallies[group]);
    if (this.numbers) return this.scaleLegend();
    if (used.length < 2 && this.byRole) return [];
    const rows = used.map((group) => {
      const swatch = element("span", { className: "swatch" });
      if (this.byRole && group === 1) swatch.classList.add("diamond");
      swatch.style.background = this.ofGroup(group);
      const button = element("button", { type: "button", "aria-pressed": String(isolated() === group) }, swatch,
        worded(this.names[group] || "none", "word"), element("span", { className: "tally" }, this.tallies[group].toLocaleString("en")));
      button.addEventListener("click", () => isolate(group));
      return element("li", {}, button);
    });
    const coloured = COLOURS.light.names.length;
    const rest = used.length > coloured && !this.byRole ? [element("p", { className: "count" },
      `The ${coloured} with most words have a colour of their own; click another to see it alone.`)] : [];
    return [element("h2", {}, this.title ? worded(this.title) : "Colours"), element("ul", { className: "groups" }, ...rows), ...rest];
  }

  scaleLegend() {
    const ends = [shown(this.low), ...(this.logarithmic ? ["logarithmic"] : []), shown(this.high)];
    const missing = this.numbers?.some((number) => !Number.isFinite(number));
    return [element("h2", {}, worded(this.title)), ...strip(this.colours.slice(0, SHADES), ends),
      ...(missing ? [element("p", { className: "count" }, "Grey: none.")] : [])];
  }
}

/** A scale of colours with what its ends, and its middle, mean. @param {string[]} colours @param {string[]} ends */
function strip(colours, ends) {
  const canvas = /** @type {HTMLCanvasElement} */ (element("canvas", { width: colours.length, height: 1, role: "img",
    "aria-label": `Colours from ${ends[0]} to ${ends[ends.length - 1]}` }));
  const context = canvas.getContext("2d");
  colours.forEach((colour, at) => {
    if (!context) return;
    context.fillStyle = colour;
    context.fillRect(at, 0, 1, 1);
  });
  return [canvas, element("div", { className: "ends" }, ...ends.map((end) => element("span", {}, end)))];
}
