// Search by a part of a word, case-blind: a list of hits, which arrow keys walk and Enter opens.

const MOST_HITS = 50; // that are listed; all of them are counted and marked

class Search {
  /**
   * @param {string[]} labels
   * @param {{go: (place: number) => void, changed: () => void, what: string}} how
   */
  constructor(labels, { go, changed, what }) {
    this.labels = labels;
    this.go = go;
    this.changed = changed;
    this.what = what;
    /** @type {string[] | null} */
    this.folded = null;
    /** @type {number[]} */
    this.hits = []; // best first
    const many = counted(labels.length, what);
    this.field = /** @type {HTMLInputElement} */ (element("input", {
      id: "find", type: "search", placeholder: `Search ${many}`, autocomplete: "off", spellcheck: false,
      "aria-label": `Search ${many}`, "aria-controls": "hits" }));
    this.count = element("p", { className: "count", hidden: true });
    this.list = element("ol", { className: "hits", id: "hits", "aria-label": "Hits" });
    byId("search").append(this.field, this.count, this.list);
    this.field.addEventListener("input", () => { this.look(); this.changed(); });
    byId("search").addEventListener("keydown", (event) => this.walk(event));
  }

  get text() {
    return this.field.value;
  }

  /** @param {string} text */
  set(text) {
    if (text === this.field.value) return;
    this.field.value = text;
    this.look();
  }

  look() {
    const wanted = folded(this.text);
    this.folded ??= this.labels.map(folded); // at the first search: 60,000 words take a moment
    /** @type {number[][]} */
    const ranks = [[], [], []]; // the word itself, words that begin so, words that hold it
    if (wanted) {
      this.folded.forEach((label, place) => {
        const at = label.indexOf(wanted);
        if (at >= 0) ranks[at ? 2 : label.length === wanted.length ? 0 : 1].push(place);
      });
    }
    this.hits = ranks.flat();
    this.show(Boolean(wanted));
  }

  /** @param {boolean} searching */
  show(searching) {
    const more = this.hits.length - MOST_HITS;
    this.count.hidden = !searching;
    this.count.textContent = `${counted(this.hits.length, "hit")}${more > 0 ? `, the first ${MOST_HITS} are listed` : ""}`;
    if (searching) say(this.count.textContent);
    this.list.replaceChildren(...this.hits.slice(0, MOST_HITS).map((place) => {
      const button = element("button", { type: "button" }, worded(this.labels[place], "word"));
      button.addEventListener("click", () => this.go(place));
      return element("li", {}, button);
    }));
  }

  /** @param {KeyboardEvent} event */
  walk(event) {
    const buttons = /** @type {HTMLElement[]} */ ([...this.list.querySelectorAll("button")]);
    const at = buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (event.key === "Enter" && at < 0 && this.hits.length) this.go(this.hits[0]);
    else if (event.key === "ArrowDown" && at + 1 < buttons.length) buttons[at + 1].focus();
    else if (event.key === "ArrowUp" && at >= 0) (buttons[at - 1] ?? this.field).focus();
    else return;
    event.preventDefault();
  }
}

/** Text without its case and without the choice between composed and combining letters. @param {string} text */
function folded(text) {
  return text.normalize("NFC").toLowerCase();
}
