// The chosen word: its true neighbours, of all words and not only of those in the picture.

/** @param {MapDrawing} drawing @param {number} point -1: none @param {{go: (point: number) => void, close: () => void}} how */
function showChosen(drawing, point, { go, close }) {
  const home = byId("chosen"), { labels, near } = drawing;
  if (point < 0) {
    home.replaceChildren(element("p", {}, near ? "Click a word to see its nearest neighbours in the full space."
      : "This picture was made without neighbours: a click marks a word."));
    return;
  }
  const button = element("button", { type: "button", className: "close", "aria-label": "Let go of the word", title: "Esc" }, "×");
  button.addEventListener("click", close);
  const kept = keptOf(drawing, point);
  home.replaceChildren(button, element("h3", {}, worded(labels[point])), element("p", {}, kept), ...(near ? neighbours(drawing, near, point, go) : []));
  say(near ? `${labels[point]}: nearest are ${listed(drawing, near, point).slice(0, 3).map(({ word }) => word).join(", ")}` : labels[point]);
  openSide(true);
}

/** @param {MapDrawing} drawing @param {Near} near @param {number} point @returns {{word: string, row: number, score: number}[]} */
function listed({ labels }, near, point) {
  const start = point * near.width, found = [];
  for (let at = start; at < start + near.width && near.rows[at] >= 0; at++) {
    const row = near.rows[at];
    found.push({ row, score: near.scores[at], word: row < labels.length ? labels[row] : near.others[row - labels.length] });
  }
  return found;
}

/** @param {MapDrawing} drawing @param {Near} near @param {number} point @param {(point: number) => void} go */
function neighbours(drawing, near, point, go) {
  const rows = listed(drawing, near, point).map(({ word, row, score }, at) => {
    const parts = [element("span", { className: "rank" }, String(at + 1)), worded(word, "word"),
      element("span", { className: "score" }, scored(score))];
    if (row >= drawing.labels.length) {
      return element("li", { className: "away" }, element("span", { className: "row", title: "not in the picture" }, ...parts));
    }
    const button = element("button", { type: "button" }, ...parts);
    button.addEventListener("click", () => go(row));
    return element("li", {}, button);
  });
  const away = rows.filter((row) => row.className === "away").length;
  return [element("h2", {}, "Nearest in the full space"), element("ol", { className: "near" }, ...rows),
    ...(away ? [element("p", { className: "count" }, `Grey: not in the picture (${away} of ${rows.length}).`)] : [])];
}
