// Axes with ticks, and arrows.

/** @param {CanvasRenderingContext2D} context @param {View} view @param {[string, string]} axes @param {Colours} colours */
function paintAxes(context, view, axes, colours) {
  const { margin, width, height } = view, bottom = height - margin.bottom;
  const [x0, y0] = view.toPlane(margin.left, bottom), [x1, y1] = view.toPlane(width, 0);
  const across = ticks(x0, x1, width / 110), up = ticks(y0, y1, height / 80);
  context.save();
  context.font = `11px ${FONT}`;
  context.strokeStyle = colours.grid;
  context.fillStyle = colours.soft;
  context.lineWidth = 1;
  context.beginPath();
  context.textAlign = "center";
  for (const value of across.values) {
    const left = Math.round(view.toScreen(value, 0)[0]) + 0.5;
    context.moveTo(left, 0);
    context.lineTo(left, bottom);
    if (left > margin.left + 12 && left < width - 16) context.fillText(ticked(value, across.step), left, bottom + 10);
  }
  context.textAlign = "right";
  for (const value of up.values) {
    const top = Math.round(view.toScreen(0, value)[1]) + 0.5;
    context.moveTo(margin.left, top);
    context.lineTo(width, top);
    if (top < bottom - 6 && top > 8) context.fillText(ticked(value, up.step), margin.left - 5, top);
  }
  context.stroke();
  context.textAlign = "center";
  context.font = `12px ${FONT}`;
  context.fillText(fitted(context, axes[0], width - margin.left - 20), (margin.left + width) / 2, height - 9);
  context.translate(11, bottom / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(fitted(context, axes[1], bottom - 20), 0, 0);
  context.restore();
}

/** A text that is no wider. @param {CanvasRenderingContext2D} context @param {string} text @param {number} width */
function fitted(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  const characters = [...text];
  let least = 0, most = characters.length;
  while (least < most) {
    const middle = (least + most + 1) >> 1;
    if (context.measureText(`${characters.slice(0, middle).join("")}…`).width <= width) least = middle;
    else most = middle - 1;
  }
  return `${characters.slice(0, least).join("")}…`;
}

/**
 * @param {CanvasRenderingContext2D} context @param {[number, number]} from @param {[number, number]} to
 * @param {number} length between them @param {number} gap left at both ends
 */
function paintArrow(context, from, to, length, gap) {
  const [right, down] = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
  const [left, top] = [to[0] - right * gap, to[1] - down * gap], head = 8;
  context.beginPath();
  context.moveTo(from[0] + right * gap, from[1] + down * gap);
  context.lineTo(left - right * head, top - down * head);
  context.stroke();
  context.beginPath();
  context.moveTo(left, top);
  context.lineTo(left - right * head - down * 4, top - down * head + right * 4);
  context.lineTo(left - right * head + down * 4, top - down * head - right * 4);
  context.fill();
}
