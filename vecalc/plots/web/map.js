// The map: axes, points, arrows, names, and what is marked above them.

class WordMap {
  /** @param {MapDrawing} drawing @param {Theme} theme @param {{chosen: (point: number) => void}} how */
  constructor(drawing, theme, { chosen }) {
    this.drawing = drawing;
    this.theme = theme;
    this.onChosen = chosen;
    const bounds = around(drawing.places);
    this.view = new View(bounds, { apart: !drawing.even });
    this.grid = new Grid(drawing.places, bounds);
    this.colouring = new Inks(drawing, theme);
    this.dots = new Dots(drawing, this.colouring);
    this.names = new Names(drawing.labels, drawing.roles);
    this.chosen = this.hovered = this.only = -1;
    /** @type {number[]} */
    this.hits = [];
    this.stage = new Stage(byId("stage"), this.view,
      `Map of ${counted(drawing.labels.length, "word")}. Arrow keys move it, plus and minus zoom, n chooses the next word, ? lists all keys.`);
  }

  begin() {
    const narrow = this.stage.home.clientWidth < 500;
    this.view.margin = { left: narrow ? 46 : 52, top: 8, right: 8, bottom: narrow ? 34 : 40 };
    this.stage.begin(this);
    listen(this.stage);
  }

  /** @returns {((point: number) => boolean) | null} whether a point is of the group that is looked at alone */
  get counts() {
    const groups = this.colouring.groups;
    return this.only < 0 || !groups ? null : (point) => groups[point] === this.only;
  }

  /** Points among the chosen one's neighbours, nearest first. */
  get neighbours() {
    const { near, labels } = this.drawing;
    if (this.chosen < 0 || !near) return [];
    const rows = near.rows.subarray(this.chosen * near.width, (this.chosen + 1) * near.width);
    return [...rows].filter((row) => row >= 0 && row < labels.length);
  }

  /** @param {CanvasRenderingContext2D} context */
  paint(context) {
    const { view, theme: { colours }, drawing: { places } } = this;
    context.font = `13px ${FONT}`;
    context.textBaseline = "middle";
    paintAxes(context, view, this.drawing.axes, colours);
    context.save();
    context.beginPath();
    context.rect(view.margin.left, 0, view.width, view.height - view.margin.bottom);
    context.clip();
    this.dots.paint(context, view, this.stage.ratio ?? 1, this.counts);
    const radius = this.dots.radius(view.zoom), taken = this.paintArrows(context, radius);
    if (places.length <= 800) taken.push(...this.boxesOfDots(radius));
    const first = [this.chosen, ...this.neighbours].filter((point) => point >= 0);
    this.names.place(context, view, places, { radius, first, counts: this.counts, taken });
    this.names.paint(context, colours);
    context.restore();
  }

  /** @param {number} radius */
  boxesOfDots(radius) {
    const { places, labels } = this.drawing;
    return labels.map((_, point) => {
      const [left, top] = this.view.toScreen(places[2 * point], places[2 * point + 1]);
      return { left: left - radius, right: left + radius, top: top - radius, bottom: top + radius };
    }).filter((box) => Number.isFinite(box.left) && Number.isFinite(box.top) && Math.abs(box.left) < 1e5 && Math.abs(box.top) < 1e5);
  }

  /** @param {CanvasRenderingContext2D} context @param {number} radius @returns {Box[]} what the arrows cover */
  paintArrows(context, radius) {
    const { arrows, places } = this.drawing, taken = [];
    context.strokeStyle = context.fillStyle = this.theme.colours.soft;
    context.lineWidth = 1.5;
    for (let at = 0; at < arrows.length; at += 2) {
      const [from, to] = [arrows[at], arrows[at + 1]].map((point) => this.view.toScreen(places[2 * point], places[2 * point + 1]));
      const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
      if (!(length > 3 * radius)) continue;
      paintArrow(context, from, to, length, radius + 2);
      for (let along = 8; along < Math.min(length, 4000); along += 8) {
        const [left, top] = [0, 1].map((part) => from[part] + (to[part] - from[part]) * along / length);
        taken.push({ left: left - 2, right: left + 2, top: top - 2, bottom: top + 2 });
      }
    }
    return taken;
  }

  /** @param {CanvasRenderingContext2D} context */
  paintOver(context) {
    const { view, drawing: { places }, theme: { colours } } = this;
    const radius = this.dots.radius(view.zoom) + 2.5;
    context.beginPath();
    context.rect(view.margin.left, 0, view.width, view.height - view.margin.bottom);
    context.clip();
    /** @param {number} point @param {number} width @param {string} colour */
    const ring = (point, width, colour) => {
      const [left, top] = view.toScreen(places[2 * point], places[2 * point + 1]);
      context.beginPath();
      context.arc(left, top, radius, 0, 2 * Math.PI);
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.stroke();
    };
    if (this.hits.length <= 2000) this.hits.forEach((point) => ring(point, 1, colours.accent));
    if (this.chosen >= 0) {
      const from = view.toScreen(places[2 * this.chosen], places[2 * this.chosen + 1]);
      for (const point of this.neighbours) {
        const to = view.toScreen(places[2 * point], places[2 * point + 1]);
        context.beginPath();
        context.moveTo(...from);
        context.lineTo(...to);
        context.lineWidth = 1;
        context.strokeStyle = colours.accent;
        context.globalAlpha = 0.6;
        context.stroke();
        context.globalAlpha = 1;
        ring(point, 1.5, colours.accent);
      }
      ring(this.chosen, 3, colours.ink);
    }
    if (this.hovered >= 0) ring(this.hovered, 2, colours.ink);
  }

  /** The point under a place of the screen. @param {number} left @param {number} top @param {number} reach */
  at(left, top, reach) {
    if (left < this.view.margin.left || top > this.view.height - this.view.margin.bottom) return -1;
    const [x, y] = this.view.toPlane(left, top);
    const { counts } = this;
    return this.grid.nearest(x, y, this.view.scale, reach, (point) => !counts || counts(point));
  }

  /** @param {number} point @param {number} left @param {number} top */
  hover(point, left, top) {
    if (point !== this.hovered) this.stage.redraw(false);
    this.hovered = point;
    if (point < 0) return showTip();
    const { labels, axes, places } = this.drawing;
    const lines = axes.map((axis, part) => `${axis}: ${shown(places[2 * point + part])}`);
    const colour = this.colouring.told(point), kept = keptOf(this.drawing, point);
    showTip(labels[point], [...lines, ...(colour ? [colour] : []), ...(kept ? [kept] : [])], left, top);
  }

  /** @param {number} point -1: none */
  choose(point) {
    if (point === this.chosen) return;
    this.chosen = point;
    this.stage.changed();
    this.onChosen(point);
  }

  /** Choose a point and bring it into sight, near enough to tell it from others. @param {number} point */
  go(point) {
    this.choose(point);
    const { places, labels } = this.drawing, [x, y] = [places[2 * point], places[2 * point + 1]];
    const zoom = Math.max(this.view.zoom, Math.min(40, Math.sqrt(labels.length / 150)));
    const [left, top] = this.view.toScreen(x, y), { margin, width, height } = this.view;
    const inSight = left > margin.left + 20 && left < width - 60 && top > 20 && top < height - margin.bottom - 20;
    if (!(inSight && zoom === this.view.zoom) && Number.isFinite(x + y)) this.stage.fly({ x, y, zoom });
  }

  /** The next of the words that have a name on the map, as one reads. @param {number} step 1 or -1 */
  next(step) {
    const { places } = this.drawing;
    const found = this.names.placed.map(({ point }) => {
      const [left, top] = this.view.toScreen(places[2 * point], places[2 * point + 1]);
      return { point, left, line: Math.floor(top / 24) };
    }).sort((a, b) => a.line - b.line || a.left - b.left);
    if (!found.length) return;
    const at = found.findIndex(({ point }) => point === this.chosen);
    this.choose(found[(at < 0 && step < 0 ? 0 : at + step + found.length) % found.length].point);
  }

  /** @param {number} group -1, or the one that is shown already: all of them */
  isolate(group) {
    this.only = group === this.only ? -1 : group;
    this.stage.changed();
  }
}

/** How much of a point's neighbourhood the picture keeps. @param {MapDrawing} drawing @param {number} point */
function keptOf({ kept }, point) {
  return Number.isFinite(kept[point]) ? `${Math.round(100 * kept[point])} % of its nearest are nearest here, too` : "";
}
