// Two canvases above each other: the picture below, what follows the pointer above. Each is drawn at most once a frame.

/**
 * @typedef {{
 *   paint(context: CanvasRenderingContext2D): void,
 *   paintOver(context: CanvasRenderingContext2D): void,
 *   at(left: number, top: number, reach: number): number,
 *   hover(place: number, left: number, top: number): void,
 *   choose(place: number): void,
 * }} Painter
 */

class Stage {
  /** @param {HTMLElement} home @param {View} view @param {string} name what a screen reader calls it */
  constructor(home, view, name) {
    this.home = home;
    this.view = view;
    this.below = /** @type {HTMLCanvasElement} */ (element("canvas", { "aria-hidden": "true" }));
    this.top = /** @type {HTMLCanvasElement} */ (
      element("canvas", { className: "top", tabIndex: 0, role: "application", "aria-label": name }));
    home.append(this.below, this.top);
    this.contexts = [this.below, this.top].map((canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")));
    /** @type {Painter | null} */
    this.painter = null;
    this.dirty = 0; // 1: what is above; 3: both
    this.took = 0; // milliseconds that the last picture took
    this.flight = 0;
    /** @type {() => void} */
    this.moved = () => {};
  }

  /** @param {Painter} painter */
  begin(painter) {
    this.painter = painter;
    new ResizeObserver(() => this.resize()).observe(this.home);
    this.resize();
  }

  resize() {
    const ratio = devicePixelRatio || 1, { clientWidth: width, clientHeight: height } = this.home;
    for (const canvas of [this.below, this.top]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    this.ratio = ratio;
    this.view.width = width;
    this.view.height = height;
    this.paintNow(); // a canvas that was resized is empty: the next frame would be too late
  }

  /** Have the picture drawn in the next frame, or what is above it alone. @param {boolean} [whole] */
  redraw(whole = true) {
    if (!this.dirty) requestAnimationFrame(() => this.paintNow(this.dirty === 3));
    this.dirty |= whole ? 3 : 1;
  }

  /** @param {boolean} [whole] */
  paintNow(whole = true) {
    this.dirty = 0;
    if (!this.painter) return;
    if ((devicePixelRatio || 1) !== this.ratio) return this.resize(); // another screen, or the browser's zoom
    const began = performance.now();
    const [below, top] = this.contexts;
    if (whole) this.painter.paint(this.cleared(below));
    this.painter.paintOver(this.cleared(top));
    if (whole) this.took = performance.now() - began;
  }

  /** @param {CanvasRenderingContext2D} context */
  cleared(context) {
    const ratio = this.ratio ?? 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.view.width, this.view.height);
    return context;
  }

  /** The reader moved the picture: draw, and tell whoever keeps the link. */
  changed() {
    this.redraw();
    this.moved();
  }

  /** Stop an animation. */
  land() {
    cancelAnimationFrame(this.flight);
    this.flight = 0;
  }

  /** Go to a place, in a third of a second unless the reader wants no motion. @param {{x: number, y: number, zoom: number}} to */
  fly(to) {
    this.land();
    const view = this.view, from = { x: view.x, y: view.y, zoom: view.zoom }, began = performance.now();
    const lasts = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 350;
    const step = () => {
      const share = lasts ? Math.min(1, (performance.now() - began) / lasts) : 1;
      const eased = 1 - (1 - share) ** 3;
      if (share < 1) {
        view.x = from.x + (to.x - from.x) * eased;
        view.y = from.y + (to.y - from.y) * eased;
        view.zoom = from.zoom * (to.zoom / from.zoom) ** eased;
        this.flight = requestAnimationFrame(step);
      } else {
        Object.assign(view, to); // exactly
        this.flight = 0;
      }
      this.dirty = 3; // drawn here, in this frame
      this.paintNow();
      if (share === 1) this.moved();
    };
    step();
  }

  fit() {
    const { left, right, low, high } = this.view.bounds;
    this.fly({ x: (left + right) / 2, y: (low + high) / 2, zoom: 1 });
  }

  /** @param {number} times @param {number} [left] @param {number} [top] */
  zoom(times, left, top) {
    this.land();
    this.view.zoomAbout(times, left, top);
    this.changed();
  }

  /** @param {number} right @param {number} down */
  pan(right, down) {
    this.land();
    this.view.pan(right, down);
    this.changed();
  }
}

/** The tip beside the pointer: a heading and lines; none hides it. @param {string} [heading] @param {string[]} [lines] @param {number} [left] @param {number} [top] */
function showTip(heading = "", lines = [], left = 0, top = 0) {
  const tip = byId("tip");
  tip.hidden = !heading;
  if (!heading) return;
  tip.replaceChildren(element("b", {}, worded(heading)), ...lines.map((line) => element("span", {}, line)));
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(left + 14, innerWidth - width - 4))}px`;
  tip.style.top = `${top + 18 + height > innerHeight ? top - height - 10 : top + 18}px`;
}

/** Have a screen reader say something. @param {string} text */
function say(text) {
  byId("said").textContent = text;
}
