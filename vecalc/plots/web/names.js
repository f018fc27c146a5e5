// Which words stand beside their points: in order of importance, each where it covers no other, as many as fit.

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */
/** @typedef {{point: number, text: string, left: number, middle: number, strong: boolean}} Name */

const LONGEST = 28; // characters of a name on the map; all of it is in the tip
const HEIGHT = 16;

/** Boxes on the screen, by the square they are in. */
class Boxes {
  constructor() {
    /** @type {Map<number, Box[]>} */
    this.squares = new Map();
  }

  /** @param {Box} box */
  * around({ left, top, right, bottom }) {
    for (let column = Math.floor(left / 64); column <= Math.floor(right / 64); column++) {
      for (let row = Math.floor(top / 64); row <= Math.floor(bottom / 64); row++) yield column * 4096 + row;
    }
  }

  /** @param {Box} box */
  add(box) {
    for (const square of this.around(box)) {
      const there = this.squares.get(square);
      if (there) there.push(box);
      else this.squares.set(square, [box]);
    }
  }

  /** @param {Box} box */
  free(box) {
    for (const square of this.around(box)) {
      for (const other of this.squares.get(square) ?? []) {
        if (box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom) return false;
      }
    }
    return true;
  }
}

class Names {
  /** @param {string[]} labels @param {Uint8Array} roles */
  constructor(labels, roles) {
    this.roles = roles;
    this.labels = labels;
    this.mixed = roles.some((role) => role !== roles[0]);
    this.widths = new Float32Array(labels.length); // measured when first needed
    const rank = [1, 0, 2]; // results, then what was typed, then neighbours
    this.order = Int32Array.from(roles, (_, point) => point).sort((a, b) => rank[roles[a]] - rank[roles[b]] || a - b);
    /** @type {Name[]} */
    this.placed = [];
  }

  /** @param {number} point */
  text(point) {
    const label = this.labels[point];
    return label.length <= LONGEST ? label : `${[...label].slice(0, LONGEST - 1).join("")}…`;
  }

  /** @param {CanvasRenderingContext2D} context @param {number} point */
  width(context, point) {
    if (!this.widths[point]) this.widths[point] = context.measureText(this.text(point)).width + 1;
    return this.widths[point];
  }

  /**
   * @param {CanvasRenderingContext2D} context @param {View} view @param {Float32Array} places
   * @param {{radius: number, first: number[], counts: ((point: number) => boolean) | null, taken: Box[]}} how
   *   `first`: points whose names come before all others; `taken`: where no name may stand
   */
  place(context, view, places, { radius, first, counts, taken }) {
    const names = new Boxes(), others = new Boxes(), { left, right, low, high } = view.seen, before = new Set(first);
    const area = view.inner.width * view.inner.height;
    const most = this.order.length <= 80 ? Infinity : area / Math.max(3500, 9000 - 400 * view.zoom);
    taken.forEach((box) => others.add(box));
    this.placed = [];
    let tries = 3000; // what is crowded out is not tried for ever
    /** @param {number} point */
    const attempt = (point) => {
      const x = places[2 * point], y = places[2 * point + 1];
      if (!(x >= left && x <= right && y >= low && y <= high) || (counts && !counts(point))) return;
      tries--;
      const wide = this.width(context, point), boxes = this.around(view.toScreen(x, y), wide, radius * 1.2 + 4, view);
      const strong = this.mixed && this.roles[point] !== CONTEXT;
      const box = boxes.find((one) => names.free(one) && others.free(one))
        ?? (strong || before.has(point) ? boxes.find((one) => names.free(one)) : undefined); // over a line rather than nowhere
      if (!box) return;
      names.add(box);
      this.placed.push({ point, text: this.text(point), left: box.left + 3, middle: (box.top + box.bottom) / 2, strong });
    };
    for (const point of first) attempt(point);
    for (let at = 0; at < this.order.length && tries > 0 && this.placed.length < most; at++) {
      if (!before.has(this.order[at])) attempt(this.order[at]);
    }
    return this.placed;
  }

  /**
   * The places for a name, the best first, of those that are in the picture.
   * @param {[number, number]} point @param {number} wide @param {number} gap @param {View} view @returns {Box[]}
   */
  around([across, down], wide, gap, { width, height, margin }) {
    const start = across + gap, end = across - gap - wide, middle = across - wide / 2;
    const within = Math.min(Math.max(middle, margin.left + 4), width - wide - 4); // near an edge
    return [[start, down], [end, down], [within, down - gap - 6], [within, down + gap + 6], [across + gap * 0.7, down - gap],
      [across + gap * 0.7, down + gap], [across - gap * 0.7 - wide, down - gap], [across - gap * 0.7 - wide, down + gap]]
      .map(([left, centre]) => ({ left: left - 3, right: left + wide + 3, top: centre - HEIGHT / 2, bottom: centre + HEIGHT / 2 }))
      .filter((box) => box.left >= margin.left && box.right <= width && box.bottom <= height - margin.bottom);
  }

  /** @param {CanvasRenderingContext2D} context @param {Colours} colours */
  paint(context, colours) {
    context.lineWidth = 4;
    context.lineJoin = "round";
    context.strokeStyle = colours.ground;
    for (const { text, left, middle, strong } of this.placed) {
      context.globalAlpha = 0.9;
      context.strokeText(text, left, middle);
      context.globalAlpha = 1;
      context.fillStyle = strong || !this.mixed ? colours.ink : colours.soft;
      context.fillText(text, left, middle);
    }
  }
}
