// What is shown, kept in the page's address after `#`: open the link, and it is shown again.

/** @typedef {Record<string, string>} State what differs from how the page opens */

class Link {
  /** @param {() => State} read the state now @param {(state: State) => void} apply */
  constructor(read, apply) {
    this.read = read;
    this.apply = apply;
    this.written = "";
    this.waiting = 0;
    addEventListener("hashchange", () => this.restore());
  }

  /** The state to come, soon: browsers allow some hundred changes of an address in half a minute. */
  note() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.write(), 200);
  }

  write() {
    clearTimeout(this.waiting);
    const hash = new URLSearchParams(this.read()).toString();
    if (hash === location.hash.slice(1)) return;
    this.written = hash;
    try {
      history.replaceState(null, "", `#${hash}`);
    } catch { // a notebook's frame has no address of its own
    }
  }

  restore() {
    const hash = location.hash.slice(1);
    if (hash && hash === this.written) return; // our own
    clearTimeout(this.waiting);
    this.written = hash;
    this.apply(Object.fromEntries(new URLSearchParams(hash)));
  }
}

/** @type {Link | null} */
let link = null;

/** Copy the address by a selected field: that works for files from disk, too, and where it fails the field is there. */
function copyLink() {
  link?.write();
  const field = /** @type {HTMLInputElement} */ (element("input", { readOnly: true, value: location.href, "aria-label": "Link" }));
  const told = element("p", { className: "count" });
  fillDialog(byId("copying"), "Link to what is shown", field, told);
  openDialog("copying");
  field.focus();
  field.select();
  const done = document.execCommand("copy");
  told.textContent = done ? "Copied. It opens this file as it is shown now." : "Copy it from here: the browser did not.";
}

/** A number of a state, or what there is without it. @param {string | undefined} text @param {number} otherwise */
function numberOf(text, otherwise) {
  const value = text === undefined || text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(value) ? value : otherwise;
}

/** The place of a label, as a link names it: its text, and which of several alike. @param {string[]} labels @param {State} state */
function placeNamed(labels, { word, copy }) {
  if (word === undefined) return -1;
  let place = labels.indexOf(word);
  for (let left = numberOf(copy, 1); left > 1 && place >= 0; left--) place = labels.indexOf(word, place + 1);
  return place;
}

/** @param {string[]} labels @param {number} place @returns {State} */
function nameOf(labels, place) {
  if (place < 0) return {};
  let copy = 1;
  for (let at = labels.indexOf(labels[place]); at < place; at = labels.indexOf(labels[place], at + 1)) copy++;
  return copy === 1 ? { word: labels[place] } : { word: labels[place], copy: String(copy) };
}
