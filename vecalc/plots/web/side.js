// The panel beside the picture, on a phone a sheet below it.

/** Open the sheet (on a phone), or close it. @param {boolean} open */
function openSide(open) {
  const handle = byId("handle");
  byId("side").classList.toggle("open", open);
  handle.setAttribute("aria-expanded", String(open));
  handle.textContent = open ? "Less" : "More";
}

function beginSide() {
  byId("handle").addEventListener("click", () => openSide(!byId("side").classList.contains("open")));
  byId("side").addEventListener("focusin", (event) => {
    if (event.target !== byId("handle")) openSide(true);
  });
  const about = byId("about");
  about.hidden = !about.querySelector("li");
}
