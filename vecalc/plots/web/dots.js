// Points as small pictures out of one sheet: to copy 60,000 of them is far quicker than to draw as many circles.

const CROWDED = 3000; // points from which on pixels are quicker
const GIVEN = 0, RESULT = 1, CONTEXT = 2; // as in `roles`

class Dots {
  /** @param {MapDrawing} drawing @param {Inks} inks */
  constructor({ places, roles }, inks) {
    this.places = places;
    this.roles = roles;
    this.inks = inks;
    const count = roles.length;
    this.mixed = roles.some((role) => role !== roles[0]);
    this.plain = count <= 60 ? 5 : count <= 500 ? 4 : count <= 3000 ? 3 : count <= 15000 ? 2.2 : 1.7;
    this.alpha = count <= 500 ? 1 : count <= 3000 ? 0.85 : 0.7;
    // Neighbours first, results last: what was asked for lies on top.
    const rank = [1, 2, 0];
    this.order = Int32Array.from(roles, (_, point) => point).sort((a, b) => rank[roles[a]] - rank[roles[b]] || b - a);
    this.seen = new Int32Array(count);
    this.crowd = new Crowd();
    this.made = this.taken = ""; // what the sheet, and what the crowd's dots were made for
    this.sheet = document.createElement("canvas");
    this.size = 1; // pixels of the screen that each picture in the sheet is wide
  }

  /** The radius in pixels: larger when there is room. @param {number} zoom */
  radius(zoom) {
    return Math.min(6, Math.round(this.plain * Math.max(1, zoom) ** 0.25 * 4) / 4);
  }

  /** The sheet has a column for each colour; below a dot, a larger one, and a diamond. @param {number} radius @param {number} ratio */
  prepare(radius, ratio) {
    const { colours, theme } = this.inks;
    const wanted = [radius, ratio, theme.name].join();
    this.size = Math.ceil(2 * (radius * 1.4 + 1) * ratio);
    if (wanted === this.made) return;
    this.made = wanted;
    this.sheet.width = this.size * colours.length;
    this.sheet.height = this.size * 3;
    const context = /** @type {CanvasRenderingContext2D} */ (this.sheet.getContext("2d", { willReadFrequently: true }));
    colours.forEach((colour, column) => [GIVEN, RESULT, CONTEXT].forEach((role) => {
      context.setTransform(ratio, 0, 0, ratio, (column + 0.5) * this.size, (role + 0.5) * this.size);
      context.beginPath();
      const reach = role === CONTEXT || !this.mixed ? radius : radius * 1.2;
      if (role === RESULT) diamond(context, reach * 1.15);
      else context.arc(0, 0, reach, 0, 2 * Math.PI);
      context.fillStyle = colour;
      context.fill();
      if (radius < 3) return;
      context.strokeStyle = theme.colours.ground; // parts dots that overlap
      context.lineWidth = 1;
      context.stroke();
    }));
  }

  /**
   * All points that can be seen, those that do not count faintly and below the others.
   * @param {CanvasRenderingContext2D} context @param {View} view @param {number} ratio
   * @param {((point: number) => boolean) | null} counts
   */
  paint(context, view, ratio, counts) {
    this.prepare(this.radius(view.zoom), ratio);
    const strong = Math.min(1, this.alpha + (view.zoom > 4 ? 0.2 : 0));
    if (counts) this.copy(context, view, ratio, 0.12 * this.alpha, (point) => !counts(point));
    this.copy(context, view, ratio, strong, counts);
    context.globalAlpha = 1;
  }

  /**
   * @param {CanvasRenderingContext2D} context @param {View} view @param {number} ratio @param {number} alpha
   * @param {((point: number) => boolean) | null} counts
   */
  copy(context, view, ratio, alpha, counts) {
    const { places, roles, sheet, size, crowd } = this, { inks, colours } = this.inks;
    const [across, up] = view.scale, [centreLeft, centreTop] = view.middle;
    const left = centreLeft - view.x * across, top = centreTop + view.y * up;
    const count = this.look(view, counts);
    context.globalAlpha = alpha;
    if (count > CROWDED) {
      if (this.taken !== this.made) crowd.take(sheet, size, colours.length);
      this.taken = this.made;
      crowd.begin(Math.round(view.width * ratio), Math.round(view.height * ratio));
      crowd.stamp(this.seen, count, places, roles, inks, [left * ratio, across * ratio, top * ratio, up * ratio]);
      crowd.show(context, view.width, view.height);
      return;
    }
    const wide = size / ratio;
    for (let at = 0; at < count; at++) {
      const point = this.seen[at];
      context.drawImage(sheet, inks[point] * size, roles[point] * size, size, size,
        left + places[2 * point] * across - wide / 2, top - places[2 * point + 1] * up - wide / 2, wide, wide);
    }
  }

  /** Fill `seen` with the points in sight, in the order of drawing. @param {View} view @param {((point: number) => boolean) | null} counts */
  look(view, counts) {
    const { left, right, low, high } = view.seen, { places, order, seen } = this;
    let count = 0;
    for (let at = 0; at < order.length; at++) {
      const point = order[at], x = places[2 * point], y = places[2 * point + 1];
      if (x >= left && x <= right && y >= low && y <= high && (!counts || counts(point))) seen[count++] = point;
    }
    return count;
  }
}

/** @param {CanvasRenderingContext2D} context @param {number} reach */
function diamond(context, reach) {
  context.moveTo(0, -reach);
  context.lineTo(reach, 0);
  context.lineTo(0, reach);
  context.lineTo(-reach, 0);
  context.closePath();
}
