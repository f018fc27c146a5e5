// Tens of thousands of dots, written into pixels: where a canvas takes a tenth of a second, this takes some milliseconds.

class Crowd {
  constructor() {
    this.canvas = document.createElement("canvas");
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.image = this.context.createImageData(1, 1);
    this.pixels = new Uint32Array(this.image.data.buffer);
    /** @type {{across: number[], down: number[], values: Uint32Array}[]} for each role, what a dot covers */
    this.stamps = [];
  }

  /**
   * Take the dots from the sheet: their places that are not empty, and the pixels there for each colour.
   * @param {HTMLCanvasElement} sheet @param {number} size of a dot's square @param {number} colours
   */
  take(sheet, size, colours) {
    const context = /** @type {CanvasRenderingContext2D} */ (sheet.getContext("2d"));
    const drawn = new Uint32Array(context.getImageData(0, 0, sheet.width, sheet.height).data.buffer);
    this.size = size;
    this.stamps = [GIVEN, RESULT, CONTEXT].map((role) => {
      const across = /** @type {number[]} */ ([]), down = /** @type {number[]} */ ([]);
      for (let at = 0; at < size * size; at++) {
        const [column, row] = [at % size, Math.floor(at / size)];
        if (drawn[(role * size + row) * sheet.width + column] >>> 24 < 24) continue; // as good as empty
        across.push(column - (size >> 1));
        down.push(row - (size >> 1));
      }
      const values = new Uint32Array(colours * across.length);
      for (let ink = 0; ink < colours; ink++) {
        across.forEach((column, at) => {
          const row = role * size + down[at] + (size >> 1);
          values[ink * across.length + at] = drawn[row * sheet.width + ink * size + column + (size >> 1)];
        });
      }
      return { across, down, values };
    });
  }

  /** @param {number} width @param {number} height */
  begin(width, height) {
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.image = this.context.createImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    this.pixels.fill(0);
    this.offsets = this.stamps.map(({ across, down }) => Int32Array.from(across, (column, at) => column + down[at] * width));
  }

  /**
   * Stamp dots; where two meet, the stronger pixel stays, and of two alike the later.
   * @param {Int32Array} points @param {number} count how many of them @param {Float32Array} places
   * @param {Uint8Array} roles @param {Uint8Array} inks
   * @param {(number)[]} to pixels of the screen: left, a unit across, top, a unit up
   */
  stamp(points, count, places, roles, inks, [left, across, top, up]) {
    const { pixels, offsets = [], stamps, size = 1 } = this, { width, height } = this.canvas;
    for (let at = 0; at < count; at++) {
      const point = points[at], role = roles[point];
      const column = Math.round(left + places[2 * point] * across), row = Math.round(top - places[2 * point + 1] * up);
      if (column < size || row < size || column >= width - size || row >= height - size) continue;
      const covered = offsets[role], { values } = stamps[role], middle = row * width + column, first = inks[point] * covered.length;
      for (let part = 0; part < covered.length; part++) {
        const value = values[first + part], place = middle + covered[part];
        if (value >>> 24 >= pixels[place] >>> 24) pixels[place] = value;
      }
    }
  }

  /** @param {CanvasRenderingContext2D} context @param {number} width @param {number} height in its units */
  show(context, width, height) {
    this.context.putImageData(this.image, 0, 0);
    context.drawImage(this.canvas, 0, 0, width, height);
  }
}
