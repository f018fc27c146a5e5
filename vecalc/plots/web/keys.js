// The keys, each stated once: what it is called, what it does, and whether it is only for canvases.

/** @typedef {{keys: string[], shown: string, does: string, act: (event: KeyboardEvent) => void}} Key */

/** Obey keys wherever nothing is being typed, and list them in a dialog. @param {Key[]} keys */
function obey(keys) {
  /** @type {Map<string, Key>} */
  const table = new Map(keys.flatMap((key) => key.keys.map((name) => [name, key])));
  addEventListener("keydown", (event) => {
    const into = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (into.matches?.("input") && event.key !== "Escape") return;
    const scrolls = into.closest?.(".paper, #side");
    if (scrolls && /^Arrow|^Enter$|^ $/.test(event.key)) return; // lists and buttons have their own
    const key = table.get(event.key);
    if (!key) return;
    event.preventDefault();
    key.act(event);
  });
  fillDialog(byId("keys"), "Keys", element("dl", {}, ...keys.flatMap((key) => [
    element("dt", {}, element("kbd", {}, key.shown)), element("dd", {}, key.does)])));
}

/** @param {HTMLElement} dialog @param {string} title @param {...Node} inside */
function fillDialog(dialog, title, ...inside) {
  const close = element("button", { type: "button" }, "Close");
  close.addEventListener("click", () => /** @type {HTMLDialogElement} */ (dialog).close());
  dialog.replaceChildren(element("h2", { id: `${dialog.id}-title` }, title), ...inside, close);
}

/** @param {string} id */
function openDialog(id) {
  const dialog = /** @type {HTMLDialogElement} */ (byId(id));
  if (!dialog.open) dialog.showModal();
}

/** Keys of pictures that can be moved. @param {Stage} stage @returns {Key[]} */
function movingKeys(stage) {
  const step = 60; // pixels
  return [
    { keys: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], shown: "← → ↑ ↓", does: "move",
      act: ({ key }) => stage.pan(
        key === "ArrowLeft" ? step : key === "ArrowRight" ? -step : 0,
        key === "ArrowUp" ? step : key === "ArrowDown" ? -step : 0) },
    { keys: ["+", "="], shown: "+", does: "zoom in", act: () => stage.zoom(1.5) },
    { keys: ["-", "_"], shown: "-", does: "zoom out", act: () => stage.zoom(1 / 1.5) },
    { keys: ["0"], shown: "0", does: "show everything", act: () => stage.fit() },
  ];
}

/** Keys of every page. @param {Theme} theme @param {() => void} close what Esc does @returns {Key[]} */
function commonKeys(theme, close) {
  return [
    { keys: ["/"], shown: "/", does: "search", act: () => byId("find")?.focus() },
    { keys: ["t"], shown: "t", does: "light or dark", act: () => theme.toggle() },
    { keys: ["c"], shown: "c", does: "copy a link to what is shown", act: () => copyLink() },
    { keys: ["?"], shown: "?", does: "these keys", act: () => openDialog("keys") },
    { keys: ["Escape"], shown: "Esc", does: "let go of the word, empty the search", act: close },
  ];
}

/** The buttons in the head of the page. @param {Theme} theme @param {Stage | null} stage */
function addTools(theme, stage) {
  /** @param {string} text @param {string} label @param {() => void} act @param {string} [className] */
  const add = (text, label, act, className = "") => {
    const button = element("button", { type: "button", title: label, "aria-label": label, className }, text);
    button.addEventListener("click", act);
    byId("tools").append(button);
    return button;
  };
  if (stage) {
    add("+", "Zoom in", () => stage.zoom(1.5));
    add("−", "Zoom out", () => stage.zoom(1 / 1.5));
    add("Fit", "Show everything", () => stage.fit());
  }
  const switches = add("", "", () => theme.toggle());
  const follow = () => {
    const other = theme.name === "dark" ? "Light" : "Dark";
    switches.textContent = other;
    switches.title = `${other} colours`;
    switches.setAttribute("aria-label", switches.title);
  };
  theme.followers.push(follow);
  add("Link", "Copy a link to what is shown", copyLink);
  add("?", "Keys", () => openDialog("keys"), "wide");
}
