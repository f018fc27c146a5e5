// A heat map: a table of numbers as shades, with its labels beside it, and the numbers where there is room.

class HeatMap {
  /** @param {HeatDrawing} drawing @param {Theme} theme @param {() => void} chosen */
  constructor(drawing, theme, chosen) {
    this.drawing = drawing;
    this.theme = theme;
    this.onChosen = chosen;
    const { rows, columns, values } = drawing;
    const known = values.filter(Number.isFinite);
    this.low = known.reduce((least, value) => Math.min(least, value), Infinity);
    this.high = known.reduce((most, value) => Math.max(most, value), -Infinity);
    this.signed = this.low < 0; // around nought, else from the least to the greatest
    this.view = new View({ left: 0, right: columns.length, low: -rows.length, high: 0 }, { most: 64 });
    this.cell = this.hovered = -1; // places in `values`
    /** @type {number[]} rows and then columns that a search found */
    this.hits = [];
    // A table of words with themselves: one search finds a word's row and column.
    this.square = rows.length === columns.length && rows.every((row, place) => row === columns[place]);
    this.stage = new Stage(byId("stage"), this.view, `Heat map of ${counted(rows.length, "row")} and ` +
      `${counted(columns.length, "column")}. Arrow keys go from cell to cell, plus and minus zoom, ? lists all keys.`);
  }

  begin() {
    const [context] = this.stage.contexts;
    context.font = `12px ${FONT}`;
    /** @param {string[]} labels @param {number} share */
    const room = (labels, share) => Math.min(share, 150, Math.max(...labels.slice(0, 2000).map((label) => context.measureText(label).width)) + 14);
    this.view.margin = { left: room(this.drawing.rows, this.stage.home.clientWidth / 3), top: room(this.drawing.columns, 150), right: 10, bottom: 10 };
    this.stage.begin(this);
    listen(this.stage);
  }

  /** @param {number} value @returns {number[]} */
  colour(value) {
    const name = this.theme.name, above = ABOVE[name];
    if (!Number.isFinite(value)) return name === "dark" ? [60, 60, 60] : [215, 215, 215];
    if (!this.signed) return between(above, this.high > this.low ? (value - this.low) / (this.high - this.low) : 0.5);
    const most = Math.max(-this.low, this.high);
    return value < 0 ? between(COLOURS[name].below, -value / most) : between(above, value / most);
  }

  /** The shades, from the least number to the greatest. */
  legend() {
    const least = this.signed ? -Math.max(-this.low, this.high) : this.low, most = this.signed ? -least : this.high;
    if (!Number.isFinite(most - least)) return [];
    const shades = Array.from({ length: SHADES }, (_, at) => rgb(this.colour(least + (most - least) * at / (SHADES - 1))));
    return [element("h2", {}, "Shades"), ...strip(shades, [shown(least), ...(this.signed ? ["0"] : []), shown(most)])];
  }

  /** @param {CanvasRenderingContext2D} context */
  paint(context) {
    const { view, drawing: { rows, columns, values }, theme: { colours } } = this, { margin } = view;
    const seen = view.seen, [size] = view.scale, gap = size > 12 ? 1 : 0;
    const first = Math.max(0, Math.floor(-seen.high)), last = Math.min(rows.length, Math.ceil(-seen.low));
    const start = Math.max(0, Math.floor(seen.left)), end = Math.min(columns.length, Math.ceil(seen.right));
    context.save();
    context.beginPath();
    context.rect(margin.left, margin.top, view.width, view.height);
    context.clip();
    context.font = `${Math.min(13, Math.max(10, size / 4))}px ${FONT}`;
    context.textBaseline = "middle";
    context.textAlign = "center";
    for (let row = first; row < last; row++) {
      for (let column = start; column < end; column++) {
        const value = values[row * columns.length + column], colour = this.colour(value);
        const [left, top] = view.toScreen(column, -row);
        const [right, bottom] = view.toScreen(column + 1, -row - 1);
        context.fillStyle = rgb(colour);
        const [x, y] = gap ? [left, top] : [Math.floor(left), Math.floor(top)]; // no seams between small cells
        context.fillRect(x, y, (gap ? right : Math.ceil(right)) - x - gap, (gap ? bottom : Math.ceil(bottom)) - y - gap);
        if (size < 38) continue;
        context.fillStyle = inkOn(colour);
        context.fillText(Math.abs(value) < 10 ? value.toFixed(2).replace("-", "−") : shown(value), left + size / 2, top + size / 2, size - 4);
      }
    }
    context.restore();
    this.paintLabels(context, colours, size, [first, last, start, end]);
  }

  /** @param {CanvasRenderingContext2D} context @param {Colours} colours @param {number} size @param {number[]} seen */
  paintLabels(context, colours, size, [first, last, start, end]) {
    const { view, drawing: { rows, columns } } = this, { margin } = view;
    const every = Math.max(1, Math.ceil(13 / size)), cell = this.hovered >= 0 ? this.hovered : this.cell;
    const found = new Set(this.hits.flatMap((place) => this.square ? [place, rows.length + place] : [place])), marked = [Math.floor(cell / columns.length), cell < 0 ? -1 : cell % columns.length];
    context.textBaseline = "middle";
    /** @param {boolean} strong */
    const ink = (strong) => {
      context.font = `${strong ? 600 : 400} 12px ${FONT}`;
      context.fillStyle = strong ? colours.ink : colours.soft;
    };
    context.textAlign = "right";
    for (let row = first; row < last; row++) {
      const [, top] = view.toScreen(0, -row - 0.5), strong = row === marked[0] || found.has(row);
      if ((row % every && !strong) || top < margin.top || top > view.height) continue;
      const edge = Math.max(margin.left, view.toScreen(0, 0)[0]) - 6;
      ink(strong);
      context.fillText(fitted(context, rows[row], margin.left - 10), edge, top);
    }
    context.textAlign = "left";
    for (let column = start; column < end; column++) {
      const [left] = view.toScreen(column + 0.5, 0), strong = column === marked[1] || found.has(rows.length + column);
      if ((column % every && !strong) || left < margin.left || left > view.width) continue;
      context.save();
      context.translate(left, Math.max(margin.top, view.toScreen(0, 0)[1]) - 6);
      context.rotate(-Math.PI / 2);
      ink(strong);
      context.fillText(fitted(context, columns[column], margin.top - 10), 0, 0);
      context.restore();
    }
  }

  /** @param {CanvasRenderingContext2D} context */
  paintOver(context) {
    const { view, drawing: { columns } } = this, [size] = view.scale;
    context.beginPath();
    context.rect(view.margin.left - 2, view.margin.top - 2, view.width, view.height);
    context.clip();
    for (const cell of [this.hovered, this.cell]) {
      if (cell < 0) continue;
      const [left, top] = view.toScreen(cell % columns.length, -Math.floor(cell / columns.length));
      context.lineWidth = 2;
      context.strokeStyle = this.theme.colours.ink;
      context.strokeRect(left - 1, top - 1, size + 1, size + 1);
    }
  }

  /** @param {number} left @param {number} top */
  at(left, top) {
    const [x, y] = this.view.toPlane(left, top), { rows, columns } = this.drawing;
    const column = Math.floor(x), row = Math.floor(-y);
    const inside = left >= this.view.margin.left && top >= this.view.margin.top;
    return inside && column >= 0 && column < columns.length && row >= 0 && row < rows.length ? row * columns.length + column : -1;
  }

  /** What a cell is of. @param {number} cell */
  named(cell) {
    const { rows, columns } = this.drawing, column = columns[cell % columns.length];
    return column ? `${rows[Math.floor(cell / columns.length)]}, ${column}` : rows[cell];
  }

  /** @param {number} cell @param {number} left @param {number} top */
  hover(cell, left, top) {
    if (cell !== this.hovered) {
      this.hovered = cell;
      this.stage.redraw();
    }
    if (cell < 0) showTip();
    else showTip(this.named(cell), [shown(this.drawing.values[cell])], left, top);
  }

  /** @param {number} cell */
  choose(cell) {
    this.cell = cell;
    byId("chosen").replaceChildren(...(cell < 0 ? [] : [element("h3", {}, shown(this.drawing.values[cell])), element("p", {}, worded(this.named(cell)))]));
    if (cell >= 0) say(`${this.named(cell)}: ${shown(this.drawing.values[cell])}`);
    this.stage.changed();
    this.onChosen();
  }

  /** The cell beside the chosen one. @param {number} right @param {number} down */
  step(right, down) {
    const { rows, columns } = this.drawing, cell = Math.max(0, this.cell);
    if (this.cell < 0) right = down = 0;
    const row = Math.min(rows.length - 1, Math.max(0, Math.floor(cell / columns.length) + down));
    const column = Math.min(columns.length - 1, Math.max(0, cell % columns.length + right));
    this.choose(row * columns.length + column);
    this.bring(column + 0.5, -row - 0.5);
  }

  /** Bring a place into sight. @param {number} x @param {number} y @param {number} [zoom] */
  bring(x, y, zoom = this.view.zoom) {
    const [left, top] = this.view.toScreen(x, y), { margin, width, height } = this.view;
    if (zoom !== this.view.zoom || left < margin.left || left > width || top < margin.top || top > height) this.stage.fly({ x, y, zoom });
  }

  /** Go to a row, or (counted on) a column. @param {number} place */
  go(place) {
    const { rows, columns } = this.drawing, zoom = Math.max(this.view.zoom, 14 / (this.view.scale[0] / this.view.zoom));
    const row = place < rows.length ? place : 0, column = place < rows.length ? this.square ? place : 0 : place - rows.length;
    this.choose(row * columns.length + column);
    this.bring(column + 0.5, -row - 0.5, zoom);
  }
}
