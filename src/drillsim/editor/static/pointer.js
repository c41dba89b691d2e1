// The pointer on the plan: press, move, let go, wheel; dragging the ground moves the sheet.

export function followPointer(app) {
  const svg = document.getElementById('plan'), at = e => {
    const box = svg.getBoundingClientRect();
    return [e.clientX - box.left, e.clientY - box.top];
  };
  let sheet = null;
  svg.addEventListener('pointerdown', e => {
    svg.focus({ preventScroll: true });
    svg.setPointerCapture(e.pointerId);
    app.view.layers.cross.replaceChildren();
    app.keys.cross = null;
    if (e.button === 1) sheet = at(e);
    if (e.button !== 0) return;
    app.tools.press(app.view.world(at(e)), e.altKey);
    if (app.tools.isPanning) sheet = at(e);
  });
  svg.addEventListener('pointermove', e => {
    const now = at(e);
    if (sheet) {
      app.view.centre = [app.view.centre[0] - (now[0] - sheet[0]) / app.view.scale, app.view.centre[1] + (now[1] - sheet[1]) / app.view.scale];
      sheet = now;
      app.draw();
    } else app.tools.move(app.view.world(now), e.altKey);
  });
  svg.addEventListener('pointerup', e => {
    sheet = null;
    if (e.button === 0) app.tools.release(app.view.world(at(e)), e.altKey);
  });
  svg.addEventListener('wheel', e => {
    e.preventDefault();
    app.zoom(e.deltaY < 0 ? 1.15 : 1 / 1.15, at(e));
  }, { passive: false });
}
