// Points by where they are, so that what lies under the pointer is found without asking all of them.

class Grid {
  /** @param {Float32Array} places [n, 2] @param {{left: number, right: number, low: number, high: number}} bounds */
  constructor(places, bounds) {
    this.places = places;
    this.bounds = bounds;
    const count = places.length / 2;
    this.side = Math.max(1, Math.min(512, Math.ceil(Math.sqrt(count / 3)))); // some three points a cell
    const cells = new Int32Array(count);
    this.starts = new Int32Array(this.side * this.side + 1); // of each cell in `points`
    for (let point = 0; point < count; point++) {
      cells[point] = this.row(places[2 * point + 1]) * this.side + this.column(places[2 * point]);
      this.starts[cells[point] + 1]++;
    }
    for (let cell = 0; cell < this.side * this.side; cell++) this.starts[cell + 1] += this.starts[cell];
    const next = this.starts.slice();
    this.points = new Int32Array(count);
    for (let point = 0; point < count; point++) this.points[next[cells[point]]++] = point;
  }

  /** @param {number} x */
  column(x) {
    return this.cell((x - this.bounds.left) / (this.bounds.right - this.bounds.left));
  }

  /** @param {number} y */
  row(y) {
    return this.cell((y - this.bounds.low) / (this.bounds.high - this.bounds.low));
  }

  /** @param {number} share */
  cell(share) {
    return Math.max(0, Math.min(this.side - 1, Math.floor(share * this.side) || 0));
  }

  /**
   * The nearest point of a place, or -1 if none is within reach.
   * @param {number} x @param {number} y @param {[number, number]} scale pixels a unit @param {number} reach in pixels
   * @param {(point: number) => boolean} counts
   */
  nearest(x, y, scale, reach, counts) {
    let best = -1, least = reach * reach;
    const [wide, tall] = [reach / scale[0], reach / scale[1]];
    const last = this.column(x + wide), top = this.row(y + tall);
    for (let row = this.row(y - tall); row <= top; row++) {
      for (let at = this.starts[row * this.side + this.column(x - wide)]; at < this.starts[row * this.side + last + 1]; at++) {
        const point = this.points[at];
        const far = ((this.places[2 * point] - x) * scale[0]) ** 2 + ((this.places[2 * point + 1] - y) * scale[1]) ** 2;
        if (far <= least && counts(point)) [best, least] = [point, far];
      }
    }
    return best;
  }
}
