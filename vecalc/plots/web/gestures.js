// Pointer, wheel and touch: drag moves, wheel and pinch zoom about where they are, a click or tap chooses.

const SLIP = 4; // pixels that a pointer may move and still click
const REACH = { mouse: 10, touch: 24 }; // pixels from a point that still mean it

/** @param {Stage} stage */
function listen(stage) {
  const canvas = stage.top;
  /** @type {Map<number, {left: number, top: number}>} */
  const held = new Map();
  let travelled = 0, several = false;

  /** @param {PointerEvent | WheelEvent} event */
  const placeOf = (event) => {
    const box = canvas.getBoundingClientRect();
    return { left: event.clientX - box.left, top: event.clientY - box.top };
  };
  /** @param {PointerEvent} event */
  const under = (event) => {
    const { left, top } = placeOf(event);
    return stage.painter?.at(left, top, event.pointerType === "mouse" ? REACH.mouse : REACH.touch) ?? -1;
  };
  /** The middle of the held pointers, and how far they are from it. */
  const spread = () => {
    const all = [...held.values()];
    const left = all.reduce((sum, one) => sum + one.left, 0) / all.length;
    const top = all.reduce((sum, one) => sum + one.top, 0) / all.length;
    const apart = all.reduce((sum, one) => sum + Math.hypot(one.left - left, one.top - top), 0) / all.length;
    return { left, top, apart };
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    if (!held.size) travelled = 0, several = false;
    held.set(event.pointerId, placeOf(event));
    several ||= held.size > 1;
    stage.land();
  });

  canvas.addEventListener("pointermove", (event) => {
    if (!held.has(event.pointerId)) {
      if (event.pointerType === "touch") return;
      const place = under(event);
      canvas.classList.toggle("over", place >= 0);
      stage.painter?.hover(place, event.clientX, event.clientY);
      return;
    }
    const before = spread();
    held.set(event.pointerId, placeOf(event));
    const after = spread();
    travelled += Math.hypot(after.left - before.left, after.top - before.top);
    if (travelled < SLIP && !several) return;
    canvas.classList.add("held");
    stage.painter?.hover(-1, 0, 0);
    stage.view.pan(after.left - before.left, after.top - before.top);
    if (several && before.apart > 5) stage.view.zoomAbout(after.apart / before.apart, after.left, after.top);
    stage.changed();
  });

  /** @param {PointerEvent} event */
  const release = (event) => {
    if (!held.delete(event.pointerId) || held.size) return;
    canvas.classList.remove("held");
    if (event.type === "pointerup" && travelled < SLIP && !several) stage.painter?.choose(under(event));
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("pointerleave", () => stage.painter?.hover(-1, 0, 0));

  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const { left, top } = placeOf(event);
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : event.deltaMode ? 400 : 1;
    const turned = Math.max(-300, Math.min(300, event.deltaY * lines));
    stage.painter?.hover(-1, 0, 0);
    stage.zoom(Math.exp(-turned * (event.ctrlKey ? 0.01 : 0.002)), left, top); // ctrlKey: a pinch on a touch pad
  }, { passive: false });

  canvas.addEventListener("dblclick", (event) => {
    const box = canvas.getBoundingClientRect();
    stage.zoom(event.shiftKey ? 0.5 : 2, event.clientX - box.left, event.clientY - box.top);
  });
}
