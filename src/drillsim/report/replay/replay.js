// Replay of drills: reads the packed tracks of each <section class="replay">, and draws who is where at a time.
(() => {
  "use strict";
  const STEP = 50, LEAP = 300, CALM_MS = 1000, NEAR = 2.5, LEAST = 20;   // tenths of seconds, tenths, milliseconds, times enlarged, metres
  const INK = "#1a1a1a", DOT = "#0b5a8a", PAPER = "#fff", UNIT = "#ffe9a8", SECURED = "#00694c", FOLLOWED = "#0072b2";
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  // ------------------------------------------------------------------ packed numbers, as packing.py writes them
  function* numbersOf(text) {
    const bytes = atob(text);
    let number = 0, weight = 1;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes.charCodeAt(i);
      number += (byte & 127) * weight;
      weight *= 128;
      if (byte < 128) {
        yield number % 2 ? -(number + 1) / 2 : number / 2;
        number = 0; weight = 1;
      }
    }
  }
  function timesOf(text) {
    const from = numbersOf(text), found = new Array(from.next().value);
    for (let i = 0, last = 0; i < found.length; i++) found[i] = last += from.next().value;
    return found;
  }
  // Tracks in flat arrays: corners (tenths of seconds, metres), first corner of each stretch, first stretch of each track.
  function tracksOf(text) {
    const from = numbersOf(text), next = () => from.next().value;
    const t = [], x = [], y = [], first = [], level = [], goes = [], track = [];
    for (let tracks = next(); tracks > 0; tracks--) {
      track.push(first.length);
      let now = 0, east = 0, north = 0;
      for (let stretches = next(); stretches > 0; stretches--) {
        const head = next();
        first.push(t.length); level.push(head >> 1); goes.push(head & 1);
        for (let corners = next(); corners > 0; corners--) {
          now += next(); east += next(); north += next();
          t.push(now); x.push(east / 100); y.push(-north / 100);
        }
      }
    }
    track.push(first.length); first.push(t.length);
    return {t: Float64Array.from(t), x: Float64Array.from(x), y: Float64Array.from(y), first: Int32Array.from(first),
            level: Uint8Array.from(level), goes: Uint8Array.from(goes), track: Int32Array.from(track), size: track.length - 1};
  }
  const spot = {level: 0, x: 0, y: 0, moves: false, corner: 0, begins: 0};
  // Put the point of track i at a time into `spot`; return whether it is on the plan.
  function at(tracks, i, time) {
    let s = tracks.track[i + 1] - 1;
    const lowest = tracks.track[i];
    while (s >= lowest && tracks.t[tracks.first[s]] > time) s--;
    if (s < lowest) return false;
    let low = tracks.first[s], high = tracks.first[s + 1] - 1;
    spot.begins = low;
    if (time >= tracks.t[high]) {
      if (tracks.goes[s] && time > tracks.t[high]) return false;
      low = high;
    } else {
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (tracks.t[middle] <= time) low = middle; else high = middle;
      }
    }
    spot.level = tracks.level[s]; spot.corner = low;
    spot.x = tracks.x[low]; spot.y = tracks.y[low]; spot.moves = false;
    if (low < high && time < tracks.t[high]) {
      const share = (time - tracks.t[low]) / (tracks.t[high] - tracks.t[low]);
      spot.moves = tracks.x[high] !== spot.x || tracks.y[high] !== spot.y;
      spot.x += (tracks.x[high] - spot.x) * share;
      spot.y += (tracks.y[high] - spot.y) * share;
    }
    return true;
  }
  function upTo(times, time) {   // how many of rising times are not after a time
    let low = 0, high = times.length;
    while (low < high) { const middle = (low + high) >> 1; if (times[middle] <= time) low = middle + 1; else high = middle; }
    return low;
  }
  function clock(tenths) {
    const s = Math.floor(tenths / 10 + 0.5), two = n => String(n).padStart(2, "0");
    return s >= 3600 ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
  }

  // ------------------------------------------------------------------ one level on one canvas
  class Stage {
    constructor(element, view, floors) {
      this.svg = element.querySelector("svg"); this.canvas = element.querySelector("canvas");
      this.context = this.canvas.getContext("2d"); this.full = view; this.view = view; this.floors = floors;
      this.resize();
    }
    resize() {
      const box = this.canvas.getBoundingClientRect(), sharp = window.devicePixelRatio || 1;
      this.wide = Math.max(1, box.width);
      this.canvas.width = Math.round(this.wide * sharp); this.canvas.height = Math.round(Math.max(1, box.height) * sharp);
      this.sharp = sharp;
    }
    look(x, y, near) {   // show all, or a part of the plan around a point
      const [left, top, width, height] = this.full;
      const times = near ? Math.max(1, Math.min(NEAR, width / LEAST)) : 1;
      const view = times > 1 ? [x - width / times / 2, y - height / times / 2, width / times, height / times] : [left, top, width, height];
      if (view.every((v, i) => v === this.view[i])) return;
      this.view = view;
      this.svg.setAttribute("viewBox", view.map(v => v.toFixed(2)).join(" "));
    }
    begin() {
      const c = this.context, scale = this.sharp * this.wide / this.view[2];
      c.setTransform(1, 0, 0, 1, 0, 0);
      c.clearRect(0, 0, this.canvas.width, this.canvas.height);
      c.setTransform(scale, 0, 0, scale, -this.view[0] * scale, -this.view[1] * scale);
      this.px = this.sharp / scale;   // metres of one CSS pixel
      this.tags = [];
    }
    frame(floor, state) {   // a frame inside the walls of a room: solid where it is secured, dotted where it is not locked
      const c = this.context, path = this.floors[floor].path, px = this.px;
      c.save(); c.clip(path);
      if (state !== "secured") c.setLineDash([5 * px, 5 * px]);
      c.lineWidth = 6 * px; c.strokeStyle = state === "secured" ? SECURED : INK; c.stroke(path); c.restore();
    }
    door([x0, y0, x1, y1], state) {
      const c = this.context, px = this.px, x = (x0 + x1) / 2, y = (y0 + y1) / 2;
      c.strokeStyle = c.fillStyle = INK;
      c.beginPath();
      if (state === "locked") {
        c.lineWidth = 3 * px; c.moveTo(x0, y0); c.lineTo(x1, y1); c.stroke();
        c.fillRect(x - 3 * px, y - 3 * px, 6 * px, 6 * px);
      } else if (state === "closed") {
        const r = 6 * px;
        c.lineWidth = 3 * px; c.moveTo(x - r, y - r); c.lineTo(x + r, y + r); c.moveTo(x - r, y + r); c.lineTo(x + r, y - r); c.stroke();
      } else {
        const r = 7 * px;
        c.lineWidth = 2 * px; c.moveTo(x, y - r); c.lineTo(x, y); c.lineTo(x + r, y); c.stroke();
      }
    }
    keepClear(x, y) { this.tags.push([x, y, 18 * this.px]); }
    diamond(x, y, over, name) {
      const c = this.context, r = 8 * this.px;
      c.beginPath(); c.moveTo(x, y - r); c.lineTo(x + r, y); c.lineTo(x, y + r); c.lineTo(x - r, y); c.closePath();
      c.fillStyle = PAPER; c.fill();
      c.setLineDash(over ? [3 * this.px, 2 * this.px] : []); c.lineWidth = 2 * this.px; c.strokeStyle = INK; c.stroke(); c.setLineDash([]);
      if (name) this.words(name, x, y + 17 * this.px, PAPER, false);
    }
    unit(x, y, name, service, followed) {
      const c = this.context, px = this.px;
      c.beginPath(); c.arc(x, y, 4 * px, 0, 2 * Math.PI);
      c.fillStyle = service ? INK : UNIT; c.fill(); c.lineWidth = 1.5 * px; c.strokeStyle = INK; c.stroke();
      if (followed) { c.beginPath(); c.arc(x, y, 10 * px, 0, 2 * Math.PI); c.lineWidth = 3 * px; c.strokeStyle = FOLLOWED; c.stroke(); }
      this.words(name, x, y + 14 * px, service ? INK : UNIT, service);
    }
    words(name, x, y, paper, dark) {   // a tag with a name, below those that stand at the same place
      const c = this.context, px = this.px;
      c.font = `600 ${11 * px}px system-ui, "Segoe UI", sans-serif`;
      const w = c.measureText(name).width + 8 * px, h = 15 * px;
      const clear = left => !this.tags.some(t => Math.abs(t[0] - x) < (t[2] + w) / 2 && Math.abs(t[1] - left) < h);
      while (!clear(y)) y += h + px;
      this.tags.push([x, y, w]);
      c.fillStyle = paper; c.strokeStyle = INK; c.lineWidth = px;
      c.fillRect(x - w / 2, y - h / 2, w, h); c.strokeRect(x - w / 2, y - h / 2, w, h);
      c.fillStyle = dark ? PAPER : INK; c.textAlign = "center"; c.textBaseline = "middle"; c.fillText(name, x, y);
    }
  }

  // ------------------------------------------------------------------ one drill
  class Side {
    constructor(element, data, pool, view, floors) {
      this.element = element; this.pool = pool; this.people = timesOf(data.people);
      this.units = data.units; this.unitTracks = tracksOf(data.unitTracks);
      this.incidents = data.incidents; this.places = tracksOf(data.places); this.over = data.over;
      this.rooms = data.rooms; this.doors = data.doors;
      this.counts = data.counts.map(([noun, state, total, times]) => ({noun, state, total, times: timesOf(times)}));
      this.stages = [...element.querySelectorAll(".replay-stage")].map((e, i) => new Stage(e, view, floors[i]));
      this.counter = element.querySelector(".replay-counts"); this.list = element.querySelector(".replay-events");
      this.lines = [...this.list.querySelectorAll("button")]; this.times = this.lines.map(b => Number(b.dataset.at));
      this.here = -1; this.lines[0]?.setAttribute("tabindex", "0");
    }
    draw(time, followed, near) {
      const person = this.stages.map(() => []), lead = this.units.findIndex(u => u[0] === followed);
      this.where = "";
      const seen = lead >= 0 && at(this.unitTracks, lead, time) ? {...spot} : null;
      this.stages.forEach((stage, i) => { stage.look(seen?.x, seen?.y, near && seen?.level === i); stage.begin(); });
      this.drawBuilding(time);
      for (const i of this.people) if (at(this.pool, i, time)) person[spot.level].push(spot.x, spot.y);
      this.stages.forEach((stage, i) => {
        const c = stage.context, r = Math.min(Math.max(1.7 * stage.px, 0.25), 4 * stage.px), points = person[i];
        c.beginPath();
        for (let k = 0; k < points.length; k += 2) { c.moveTo(points[k] + r, points[k + 1]); c.arc(points[k], points[k + 1], r, 0, 2 * Math.PI); }
        c.fillStyle = DOT; c.fill();
      });
      if (seen) this.drawTrail(seen, time);
      const places = this.incidents.map((one, i) => at(this.places, i, time) ? {...spot, name: one[2], over: this.over[i] !== null && this.over[i] <= time} : null).filter(Boolean);
      for (const p of places) this.stages[p.level].keepClear(p.x, p.y);
      for (let i = 0; i < this.units.length; i++)
        if (at(this.unitTracks, i, time)) this.stages[spot.level].unit(spot.x, spot.y, this.units[i][2], this.units[i][3] === "service", i === lead);
      for (const p of places) this.stages[p.level].diamond(p.x, p.y, p.over, this.incidents.length > 1 ? p.name : "");
      if (lead >= 0) this.where = seen ? `${seen.moves ? "walks" : "is"} in ${this.stages[seen.level].floors.find(f => this.stages[seen.level].context.isPointInPath(f.path, ...this.pixels(this.stages[seen.level], seen)))?.name ?? "the building"}` : "is not on the plan";
      const told = this.counts.map(c => `${upTo(c.times, time).toLocaleString("en")} of ${c.total.toLocaleString("en")} ${c.noun} ${c.state}`).join("; ");
      const line = [told, lead >= 0 ? `${this.units[lead][1]} ${this.where}` : ""].filter(Boolean).join("; ");
      if (this.counter.textContent !== line) this.counter.textContent = line;
    }
    pixels(stage, p) {
      const m = stage.context.getTransform();
      return [m.a * p.x + m.e, m.d * p.y + m.f];
    }
    drawBuilding(time) {
      const rooms = new Map(), doors = new Map();
      for (const [t, level, floor, state] of this.rooms) if (t <= time) rooms.set(`${level} ${floor}`, [level, floor, state]);
      for (const [t, level, x0, y0, x1, y1, state] of this.doors) if (t <= time) doors.set(`${level} ${x0} ${y0} ${x1} ${y1}`, [level, [x0, y0, x1, y1], state]);
      for (const [level, floor, state] of rooms.values()) if (state) this.stages[level].frame(floor, state);
      for (const [level, line, state] of doors.values()) if (state) this.stages[level].door(line, state);
    }
    drawTrail(seen, time) {   // the way of the followed unit on this level so far
      const stage = this.stages[seen.level], c = stage.context, tracks = this.unitTracks;
      c.beginPath();
      for (let k = seen.begins; k <= seen.corner; k++) c.lineTo(tracks.x[k], tracks.y[k]);
      c.lineTo(seen.x, seen.y);
      c.setLineDash([5 * stage.px, 4 * stage.px]); c.lineWidth = 2 * stage.px; c.strokeStyle = FOLLOWED; c.stroke(); c.setLineDash([]);
    }
    tell(time) {   // mark the present line of the story; return its time and text where it has changed
      const now = upTo(this.times, time) - 1;
      if (now === this.here) return null;
      this.lines.forEach((line, i) => { if (i > now) line.classList.add("later"); else line.classList.remove("later"); });
      this.lines[this.here]?.removeAttribute("aria-current");
      this.here = now;
      const line = this.lines[now];
      if (!line) return null;
      line.setAttribute("aria-current", "true");
      this.list.scrollTop = line.offsetTop - this.list.offsetTop - this.list.clientHeight / 2;
      const [when, ...words] = line.textContent.trim().split(" ");
      return [when, words.join(" ").trim()];
    }
  }

  // ------------------------------------------------------------------ a replay
  class Replay {
    constructor(section) {
      const find = css => section.querySelector(css), data = JSON.parse(find(".replay-data").textContent);
      const pool = tracksOf(data.people), floors = data.levels.map((_, i) => floorsOf(section.querySelector(`#${section.id}-level-${i}`)));
      this.section = section; this.until = Number(section.dataset.until); this.time = 0; this.plays = false;
      this.sides = [...section.querySelectorAll(".replay-side")].map((e, i) => new Side(e, data.sides[i], pool, data.view, floors));
      this.button = find(".replay-play"); this.slider = find(".replay-time"); this.clock = find(".replay-clock");
      this.speed = find(".replay-speed"); this.follow = find(".replay-follow"); this.now = find(".replay-now");
      this.marks = [...new Set(this.sides.flatMap(s => s.times))].sort((a, b) => a - b);
      this.button.addEventListener("click", () => this.toggle());
      find(".replay-next").addEventListener("click", () => this.step(1));
      find(".replay-back").addEventListener("click", () => this.step(-1));
      this.slider.addEventListener("input", () => this.go(Number(this.slider.value)));
      this.follow.addEventListener("change", () => this.draw());
      section.addEventListener("keydown", e => this.key(e));
      for (const side of this.sides) side.list.addEventListener("click", e => { const b = e.target.closest("button"); if (b) { this.focus(side, b); this.go(Number(b.dataset.at)); } });
      new ResizeObserver(() => { for (const side of this.sides) side.stages.forEach(s => s.resize()); this.draw(); }).observe(find(".replay-sides"));
      let before = 0;   // paper shows the time of the frame in the SVG, which says much
      addEventListener("beforeprint", () => { before = this.time; this.go(Number(section.dataset.paper)); });
      addEventListener("afterprint", () => this.go(before));
      this.go(0);
    }
    go(time) {
      this.time = Math.min(Math.max(time, 0), this.until);
      this.slider.value = this.time;
      this.announce(time);
      this.draw();
    }
    announce(time = this.time) {
      const told = this.sides.map(side => side.tell(time));
      this.lines ??= this.sides.map(side => {
        const line = document.createElement("span");
        this.now.append(line);
        return line;
      });
      told.forEach((one, i) => {
        if (!one) return;
        const when = document.createElement("b"), whose = this.sides.length > 1 ? `${this.sides[i].element.querySelector(".replay-label").textContent}: ` : "";
        when.textContent = one[0];
        this.lines[i].replaceChildren(when, whose + one[1]);
      });
    }
    draw() {
      const text = clock(this.time);
      if (this.clock.textContent !== text) { this.clock.textContent = text; this.slider.setAttribute("aria-valuetext", text); }
      for (const side of this.sides) side.draw(this.time, this.follow.value, !calm.matches);
    }
    toggle() {
      this.plays = !this.plays;
      if (this.plays && this.time >= this.until) this.go(0);
      this.button.textContent = this.plays ? "Pause" : "Play"; this.button.setAttribute("aria-pressed", String(this.plays));
      this.last = undefined;
      this.now.setAttribute("aria-live", this.plays ? "off" : "polite");   // a screen reader hears where it stops, not every line
      if (this.plays) this.wait(); else for (const line of this.lines) line.replaceChildren(...line.childNodes);
    }
    wait() {   // with reduced motion one picture a second, else every frame
      if (calm.matches) setTimeout(() => this.frame(performance.now()), CALM_MS); else requestAnimationFrame(ms => this.frame(ms));
    }
    frame(ms) {
      if (!this.plays) return;
      this.time = Math.min(this.time + (this.last === undefined ? 0 : (ms - this.last) / 100 * Number(this.speed.value)), this.until);
      this.last = ms;
      this.slider.value = this.time;
      this.announce(); this.draw();
      if (this.time >= this.until) this.toggle(); else this.wait();
    }
    step(by) {
      const next = by > 0 ? this.marks.find(t => t > this.time + 0.5) : this.marks.findLast(t => t < this.time - 0.5);
      if (next !== undefined) this.go(next);
    }
    focus(side, button) {
      side.lines.forEach(line => line.setAttribute("tabindex", "-1"));
      button.setAttribute("tabindex", "0"); button.focus({preventScroll: true});
    }
    key(e) {
      if (e.ctrlKey || e.altKey || e.metaKey) return;
      const side = this.sides.find(s => s.list.contains(e.target)), key = e.key, field = e.target.tagName === "SELECT";
      if (side && (key === "ArrowDown" || key === "ArrowUp")) {
        const to = side.lines[side.lines.indexOf(e.target) + (key === "ArrowDown" ? 1 : -1)];
        if (to) { this.focus(side, to); to.scrollIntoView({block: "nearest"}); }
      } else if (field && (key.length === 1 || key.startsWith("Arrow") || key === "Home" || key === "End")) return;
      else if (key === " ") { if (e.target.tagName === "BUTTON") return; this.toggle(); }
      else if (key === "ArrowRight" || key === "ArrowLeft") this.go(this.time + (key === "ArrowRight" ? 1 : -1) * (e.shiftKey ? LEAP : STEP));
      else if (key === "n" || key === "N") this.step(1);
      else if (key === "p" || key === "P") this.step(-1);
      else if (key === "Home") this.go(0);
      else if (key === "End") this.go(this.until);
      else if (key === "+" || key === "-") this.speed.selectedIndex = Math.min(Math.max(this.speed.selectedIndex + (key === "+" ? 1 : -1), 0), this.speed.options.length - 1);
      else if (key === "f" || key === "F") { this.follow.selectedIndex = (this.follow.selectedIndex + 1) % this.follow.options.length; this.draw(); }
      else return;
      e.preventDefault();
      e.stopPropagation();
    }
  }
  function floorsOf(group) {
    return [...group.querySelectorAll(".replay-floor")].map(e => {
      return {path: new Path2D(e.getAttribute("d")), name: e.querySelector("title").textContent};
    });
  }
  const replays = [...document.querySelectorAll(".replay")].map(section => new Replay(section));
  document.addEventListener("keydown", e => { if (replays.length === 1 && e.target === document.body) replays[0].key(e); });
})();
