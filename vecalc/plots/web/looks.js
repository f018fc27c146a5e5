// Colours of canvases, light and dark, and which of the two it is. Style sheets have their own in page.css.

/**
 * @typedef {{ground: string, ink: string, soft: string, grid: string, accent: string, given: string, result: string,
 *   context: string, none: string, names: string[], scale: number[][], below: number[][], middle: number[]}} Colours
 */

// Names: Okabe and Ito's colours, which people see apart whatever their colour vision, a little moved for the ground.
// Numbers: the middle of viridis, without the end that the ground would swallow.
/** @type {Record<"light" | "dark", Colours>} */
const COLOURS = {
  light: {
    ground: "#fdfdfc", ink: "#1d2127", soft: "#626a75", grid: "#eceef0", accent: "#0b62b8",
    given: "#0b62b8", result: "#c8501e", context: "#8b929b", none: "#c3c7cc",
    names: ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#6a4c93", "#6b6b1f"],
    scale: [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [190, 205, 40]],
    below: [[247, 247, 247], [253, 198, 150], [230, 120, 45], [127, 59, 8]], middle: [247, 247, 247],
  },
  dark: {
    ground: "#15171b", ink: "#e8e8e5", soft: "#9ca3ad", grid: "#22252a", accent: "#74b7f5",
    given: "#74b7f5", result: "#f5935a", context: "#7d848e", none: "#4a4f57",
    names: ["#5cb3ee", "#f0843c", "#2cc295", "#e39bc4", "#e6b93c", "#a5d8ff", "#b39ad9", "#b5b55a"],
    scale: [[98, 72, 168], [59, 110, 175], [33, 155, 150], [94, 201, 98], [240, 229, 60]],
    below: [[38, 41, 47], [110, 62, 25], [205, 105, 35], [255, 180, 115]], middle: [38, 41, 47],
  },
};
const ABOVE = {
  light: [[247, 247, 247], [166, 200, 226], [70, 135, 190], [8, 64, 129]],
  dark: [[38, 41, 47], [35, 75, 115], [60, 130, 195], [150, 205, 250]],
};

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';

/** Which theme is on: chosen by the reader, else the system's; paper is light. */
class Theme {
  /** @param {boolean} dark whether it was asked for when the page was made */
  constructor(dark) {
    this.dark = dark;
    /** @type {"light" | "dark" | ""} */
    this.chosen = "";
    this.printing = false;
    /** @type {Array<() => void>} */
    this.followers = [];
    this.system = matchMedia("(prefers-color-scheme: dark)");
    this.system.addEventListener("change", () => this.apply());
    addEventListener("beforeprint", () => { this.printing = true; this.apply(); });
    addEventListener("afterprint", () => { this.printing = false; this.apply(); });
  }

  /** @returns {"light" | "dark"} */
  get name() {
    if (this.printing) return "light";
    return this.chosen || (this.dark || this.system.matches ? "dark" : "light");
  }

  get colours() {
    return COLOURS[this.name];
  }

  /** @param {string} name anything but `light` and `dark` is the system's */
  choose(name) {
    this.chosen = name === "light" || name === "dark" ? name : "";
    this.apply();
  }

  toggle() {
    this.choose(this.name === "dark" ? "light" : "dark");
  }

  apply() {
    document.documentElement.dataset.theme = this.name;
    for (const follow of this.followers) follow();
  }
}

/** The colour at a share from 0 to 1 of a scale. @param {number[][]} stops @param {number} share @returns {number[]} */
function between(stops, share) {
  const at = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const first = Math.min(stops.length - 2, Math.floor(at));
  return stops[first].map((low, part) => Math.round(low + (stops[first + 1][part] - low) * (at - first)));
}

/** @param {number[]} parts */
function rgb(parts) {
  return `rgb(${parts.join(",")})`;
}

/** Black or white, whichever reads on a colour. @param {number[]} parts */
function inkOn(parts) {
  return 0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2] > 140 ? "#1d2127" : "#ffffff";
}
