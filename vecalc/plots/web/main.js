// From the drawing to a picture, and what every picture has: theme, keys, buttons, link.

/** @param {Stage} stage @returns {State} */
function placeState({ view }) {
  return view.isFit ? {} : Object.fromEntries(Object.entries({ x: view.x, y: view.y, zoom: view.zoom }).map(
    ([name, value]) => [name, String(Number(value.toPrecision(9)))]));
}

/** @param {Stage} stage @param {State} state */
function placeStage(stage, state) {
  stage.land();
  stage.view.fit();
  stage.view.x = numberOf(state.x, stage.view.x);
  stage.view.y = numberOf(state.y, stage.view.y);
  stage.view.zoom = Math.min(5000, Math.max(0.5, numberOf(state.zoom, 1)));
  stage.view.keepInSight();
  stage.redraw();
}

/** @typedef {{stage: Stage | null, keys: Key[], follow: () => void, close: () => void, read: () => State, apply: (state: State) => void}} Shown */

/** @param {MapDrawing} drawing @param {Theme} theme @returns {Shown} */
function showMap(drawing, theme) {
  const close = () => {
    if (map.chosen >= 0) map.choose(-1);
    else if (search.text) search.set(""), found();
    else if (map.only >= 0) isolate(map.only);
  };
  /** @param {number} point */
  const go = (point) => map.go(point);
  const map = new WordMap(drawing, theme, { chosen: (point) => showChosen(drawing, point, { go, close }) });
  const found = () => { map.hits = search.hits; map.stage.changed(); };
  const search = new Search(drawing.labels, { go, changed: found, what: "word" });
  const legend = () => byId("legend").replaceChildren(...map.colouring.legend(isolate, () => map.only));
  /** @param {number} group */
  const isolate = (group) => { map.isolate(group); legend(); };
  if (!drawing.even) {
    byId("about").querySelector("ul")?.append(element("li", {}, "The two axes have scales of their own."));
    byId("about").hidden = false;
  }
  showChosen(drawing, -1, { go, close });
  map.begin();
  const named = map.colouring.names;
  return {
    stage: map.stage,
    keys: [...movingKeys(map.stage),
      { keys: ["n"], shown: "n", does: "choose the next word that has its name on the map", act: () => map.next(1) },
      { keys: ["p"], shown: "p", does: "choose the one before", act: () => map.next(-1) },
      { keys: ["g"], shown: "g", does: "go to the chosen word", act: () => { if (map.chosen >= 0) map.go(map.chosen); } }],
    follow: () => { legend(); map.stage.redraw(); },
    close,
    read: () => ({ ...placeState(map.stage), ...nameOf(drawing.labels, map.chosen), ...(search.text ? { find: search.text } : {}),
      ...(map.only < 0 ? {} : { only: named[map.only] }) }),
    apply: (state) => {
      search.set(state.find ?? "");
      map.hits = search.hits;
      map.choose(placeNamed(drawing.labels, state));
      map.only = state.only === undefined ? -1 : named.indexOf(state.only);
      legend();
      placeStage(map.stage, state);
    },
  };
}

/** @param {HeatDrawing} drawing @param {Theme} theme @returns {Shown} */
function showHeat(drawing, theme) {
  const heat = new HeatMap(drawing, theme, () => {});
  const found = () => { heat.hits = search.hits; heat.stage.changed(); };
  const search = new Search(heat.square ? drawing.rows : [...drawing.rows, ...drawing.columns], { go: (place) => heat.go(place), changed: found, what: "label" });
  heat.begin();
  const [, ...zooming] = movingKeys(heat.stage); // arrows go from cell to cell here
  return {
    stage: heat.stage,
    keys: [{ keys: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], shown: "← → ↑ ↓", does: "go from cell to cell",
      act: ({ key }) => heat.step(key === "ArrowLeft" ? -1 : key === "ArrowRight" ? 1 : 0, key === "ArrowUp" ? -1 : key === "ArrowDown" ? 1 : 0) },
    ...zooming],
    follow: () => { byId("legend").replaceChildren(...heat.legend()); heat.stage.redraw(); },
    close: () => {
      if (heat.cell >= 0) heat.choose(-1);
      else search.set(""), found();
    },
    read: () => ({ ...placeState(heat.stage), ...(heat.cell < 0 ? {} : { cell: String(heat.cell) }), ...(search.text ? { find: search.text } : {}) }),
    apply: (state) => {
      search.set(state.find ?? "");
      heat.hits = search.hits;
      const cell = numberOf(state.cell, -1);
      heat.choose(Number.isInteger(cell) && cell < drawing.values.length ? Math.max(-1, cell) : -1);
      placeStage(heat.stage, state);
    },
  };
}

/** @param {BarsDrawing} drawing @returns {Shown} */
function showBars(drawing) {
  const bars = new BarTable(drawing);
  const found = () => { bars.hits = search.text ? search.hits : null; bars.show(); link?.note(); };
  const search = new Search(drawing.labels, { go: (place) => bars.go(place), changed: found, what: "word" });
  bars.show();
  return {
    stage: null, keys: [], follow: () => {},
    close: () => { search.set(""); found(); },
    read: () => /** @type {State} */ (search.text ? { find: search.text } : {}),
    apply: (state) => { search.set(state.find ?? ""); found(); },
  };
}

/** @param {HistogramDrawing} drawing @returns {Shown} */
function showHistogram(drawing) {
  new HistogramPicture(drawing);
  return { stage: null, keys: [], follow: () => {}, close: () => showTip(), read: () => ({}), apply: () => {} };
}

function main() {
  const began = performance.now(), drawing = readDrawing(), theme = new Theme(document.documentElement.dataset.theme === "dark");
  theme.apply();
  beginSide();
  const picture = drawing.kind === "map" ? showMap(drawing, theme) : drawing.kind === "heat" ? showHeat(drawing, theme)
    : drawing.kind === "bars" ? showBars(drawing) : showHistogram(drawing);
  const read = () => ({ ...picture.read(), ...(theme.chosen ? { theme: theme.chosen } : {}) });
  link = new Link(read, (state) => { theme.choose(state.theme ?? ""); picture.apply(state); });
  if (picture.stage) picture.stage.moved = () => link?.note();
  theme.followers.push(picture.follow, () => link?.note());
  addTools(theme, picture.stage);
  obey([...picture.keys, ...commonKeys(theme, picture.close)]);
  theme.apply();
  link.restore();
  byId("unscripted").remove();
  /** @type {any} */ (window).vecalc = { state: read, stage: picture.stage, drawing, began: performance.now() - began };
}

main();
