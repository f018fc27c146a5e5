// What the page holds: the drawing, as it was written into the file, with its arrays unpacked.

/**
 * @typedef {Float32Array | Float64Array | Int32Array | Uint8Array} Packed
 * @typedef {{others: string[], width: number, rows: Int32Array, scores: Float32Array}} Near
 * @typedef {{name: string, numbers?: Float32Array, names?: string[], groups?: Int32Array}} Colouring
 * @typedef {{kind: "map", title: string, remarks: string[], axes: [string, string], even: boolean, labels: string[],
 *   places: Float32Array, roles: Uint8Array, kept: Float32Array, arrows: Int32Array, near: Near | null,
 *   colouring: Colouring | null}} MapDrawing
 * @typedef {{kind: "heat", title: string, remarks: string[], rows: string[], columns: string[],
 *   values: Float64Array}} HeatDrawing
 * @typedef {{kind: "bars", title: string, remarks: string[], axis: string, labels: string[],
 *   values: Float64Array}} BarsDrawing
 * @typedef {{kind: "histogram", title: string, remarks: string[], axis: string, edges: Float64Array,
 *   counts: Float64Array, marks: string[], at: Float64Array}} HistogramDrawing
 * @typedef {MapDrawing | HeatDrawing | BarsDrawing | HistogramDrawing} Drawing
 */

const KINDS = { f4: Float32Array, f8: Float64Array, i4: Int32Array, u1: Uint8Array };

/** An array from its text, `f4:` and base64. @param {string} text @returns {Packed} */
function unpacked(text) {
  const kind = /** @type {keyof typeof KINDS} */ (text.slice(0, 2));
  const raw = atob(text.slice(3));
  const bytes = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at++) bytes[at] = raw.charCodeAt(at);
  return new KINDS[kind](bytes.buffer);
}

/** The keys of arrays in any drawing; everything else is text. */
const ARRAYS = new Set(["places", "roles", "kept", "arrows", "rows", "scores", "numbers", "groups", "values", "edges",
  "counts", "at"]);

/** @returns {Drawing} */
function readDrawing() {
  const element = byId("drawing");
  const text = element.textContent ?? "";
  element.remove(); // the text is not needed twice
  return JSON.parse(text, (key, value) => ARRAYS.has(key) && typeof value === "string" ? unpacked(value) : value);
}

/** @param {string} id @returns {HTMLElement} */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * An element with its properties and what is in it. Texts become text nodes: nothing is read as HTML here.
 * @param {string} tag
 * @param {Record<string, any>} [properties] those with a hyphen, and `role`, are attributes
 * @param {...(Node | string)} inside
 * @returns {HTMLElement}
 */
function element(tag, properties = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-") || name === "role") made.setAttribute(name, value);
    else /** @type {any} */ (made)[name] = value;
  }
  made.append(...inside);
  return made;
}

/** A word apart from the direction of what is around it. @param {string} word @param {string} [className] */
function worded(word, className = "") {
  return element("bdi", { className }, word);
}

/** A number as people read it: four decimals, or as many as a very large or small one needs. @param {number} value */
function shown(value) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "no value" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const text = size !== 0 && (size < 0.001 || size >= 1e7) ? value.toExponential(3)
    : Number.isInteger(value) ? value.toLocaleString("en") : value.toFixed(size >= 1000 ? 1 : 4);
  return text.replace("-", "−");
}

/** A score, always with four decimals, so that they stand in a column. @param {number} value */
function scored(value) {
  return Number.isInteger(value) && Math.abs(value) < 1e7 ? value.toFixed(4).replace("-", "−") : shown(value);
}

/** How many of what: `1 word`, `2,000 words`. @param {number} count @param {string} what */
function counted(count, what) {
  return `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
}

/** Round numbers between two, at most some, for an axis. @param {number} low @param {number} high @param {number} most */
function ticks(low, high, most) {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return { step: 1, values: [] };
  const rough = span / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= rough) ?? 10 * power;
  const values = [];
  for (let at = Math.ceil(low / step); at * step <= high && values.length < 100; at++) values.push(at * step);
  return { step, values };
}

/** A number beside an axis, with as many decimals as its step needs. @param {number} value @param {number} step */
function ticked(value, step) {
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const text = decimals > 6 || step >= 1e7 ? value.toExponential(2) : value.toFixed(decimals);
  return Number(text) === 0 ? "0" : text.replace("-", "−");
}
