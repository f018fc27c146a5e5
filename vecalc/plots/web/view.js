// Which part of the plane is seen: a centre, and how much larger than at first. Plain numbers, no drawing.

class View {
  /**
   * @param {{left: number, right: number, low: number, high: number}} bounds what is seen at zoom 1
   * @param {{apart?: boolean, most?: number}} [how] `apart`: each axis has a scale of its own; `most`: pixels that a
   *   unit has at zoom 1 at most
   */
  constructor(bounds, { apart = false, most = Infinity } = {}) {
    this.bounds = bounds;
    this.apart = apart;
    this.most = most;
    this.width = 1;
    this.height = 1;
    this.margin = { left: 0, top: 0, right: 0, bottom: 0 };
    this.zoom = 1;
    this.x = this.y = 0;
    this.fit();
  }

  /** Everything in the middle of the picture. */
  fit() {
    this.x = (this.bounds.left + this.bounds.right) / 2;
    this.y = (this.bounds.low + this.bounds.high) / 2;
    this.zoom = 1;
  }

  get isFit() {
    const { left, right, low, high } = this.bounds;
    return this.zoom === 1 && this.x === (left + right) / 2 && this.y === (low + high) / 2;
  }

  get inner() {
    const { left, top, right, bottom } = this.margin;
    return { width: Math.max(20, this.width - left - right), height: Math.max(20, this.height - top - bottom) };
  }

  /** Pixels a unit, [across, up]. @returns {[number, number]} */
  get scale() {
    const { left, right, low, high } = this.bounds;
    const across = Math.min(this.most, this.inner.width / (right - left));
    const up = Math.min(this.most, this.inner.height / (high - low));
    const both = Math.min(across, up);
    return this.apart ? [across * this.zoom, up * this.zoom] : [both * this.zoom, both * this.zoom];
  }

  /** Where the centre is on the screen. @returns {[number, number]} */
  get middle() {
    return [this.margin.left + this.inner.width / 2, this.margin.top + this.inner.height / 2];
  }

  /** @param {number} x @param {number} y @returns {[number, number]} pixels */
  toScreen(x, y) {
    const [across, up] = this.scale, [left, top] = this.middle;
    return [left + (x - this.x) * across, top - (y - this.y) * up];
  }

  /** @param {number} left @param {number} top @returns {[number, number]} */
  toPlane(left, top) {
    const [across, up] = this.scale, [centreLeft, centreTop] = this.middle;
    return [this.x + (left - centreLeft) / across, this.y - (top - centreTop) / up];
  }

  /** @param {number} right @param {number} down pixels that the picture moves */
  pan(right, down) {
    const [across, up] = this.scale;
    this.x -= right / across;
    this.y += down / up;
    this.keepInSight();
  }

  /** Larger or smaller, with one place of the screen staying where it is. @param {number} times @param {number} [left] @param {number} [top] */
  zoomAbout(times, left = this.middle[0], top = this.middle[1]) {
    const [x, y] = this.toPlane(left, top);
    this.zoom = Math.min(5000, Math.max(0.5, this.zoom * times));
    const [across, up] = this.scale, [centreLeft, centreTop] = this.middle;
    this.x = x - (left - centreLeft) / across;
    this.y = y + (top - centreTop) / up;
    this.keepInSight();
  }

  /** The centre stays within the bounds: nobody gets lost. */
  keepInSight() {
    const { left, right, low, high } = this.bounds;
    this.x = Math.min(right, Math.max(left, this.x));
    this.y = Math.min(high, Math.max(low, this.y));
  }

  /** What can be seen, a little more than that. */
  get seen() {
    const [left, high] = this.toPlane(-20, -20), [right, low] = this.toPlane(this.width + 20, this.height + 20);
    return { left, right, low, high };
  }
}

/** Bounds around places [n, 2], with some air. @param {Float32Array} places */
function around(places) {
  let left = Infinity, right = -Infinity, low = Infinity, high = -Infinity;
  for (let at = 0; at < places.length; at += 2) {
    if (!Number.isFinite(places[at]) || !Number.isFinite(places[at + 1])) continue;
    left = Math.min(left, places[at]);
    right = Math.max(right, places[at]);
    low = Math.min(low, places[at + 1]);
    high = Math.max(high, places[at + 1]);
  }
  if (left > right) return { left: -1, right: 1, low: -1, high: 1 };
  const wide = right - left || high - low || 1, tall = high - low || wide;
  const [beside, above] = [(wide - (right - left)) / 2 + wide * 0.06, (tall - (high - low)) / 2 + tall * 0.06];
  return { left: left - beside, right: right + beside, low: low - above, high: high + above };
}
