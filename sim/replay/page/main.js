// Everything together: the moment, what is chosen, the keyboard, the address; the page is `worlds` side by side under one clock.
const SPEEDS = [1, 2, 4, 8, 16, 32, 64, 240];
let worlds = [];
const shared = {
  t: 0, speed: 16, playing: false, selected: null, theme: "", version: 0, view: { x: 0, y: 0, scale: 0.01 }, panes: [], words: {},
  differences: [], answered: [], differs: null, frames: 0, work: 0,
  filter: { area: -1, forces: new Set(), groups: new Set(), priorities: new Set([1, 2, 3, 4]), cls: -1 },

  say(key, values = {}) { return (shared.words.texts[key] ?? key).replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? ""); },
  formats: [], // making one takes longer than using it a hundred times
  number(value, digits = 0) {
    shared.formats[digits] ??= new Intl.NumberFormat(shared.words.numbers, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    return shared.formats[digits].format(value);
  },
  minutes(seconds) { return shared.say("minutes", { n: shared.number(seconds / 60, Math.abs(seconds) < 600 ? 1 : 0) }); },
  signed(seconds) { return shared.isolate(`${seconds > 0 ? "+" : "−"}${shared.number(Math.abs(seconds) / 60, 1)}`); },
  share(value) { return value === null ? shared.say("none") : shared.isolate(shared.say("percent", { n: shared.number(value * 100) })); },
  isolate(text) { return `\u2068${text}\u2069`; },
  clock(ticks, exact = false) {
    const all = Math.floor(worlds[0].seconds(ticks)), day = Math.floor(all / 86400), s = all - day * 86400;
    const two = n => String(n).padStart(2, "0"), text = `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}${exact ? ":" + two(s % 60) : ""}`;
    return day ? shared.say("day", { day: shared.isolate((day > 0 ? "+" : "−") + Math.abs(day)), clock: shared.isolate(text) }) : text;
  },
  place(w, site) {
    return w.site.name[site];
  },
  // The task of another world that has the same number (-1: it has none).
  inWorld(w, what) {
    if (what.pane.world === w) return what.id;
    w.byId ??= new Map(w.task.id.map((id, i) => [id, i]));
    return w.byId.get(what.pane.world.task.id[what.id]) ?? -1;
  },
  paneOf(w) { return shared.panes.find(pane => pane.world === w); },

  passes(w, i) {
    const f = shared.filter, task = w.task;
    return (f.area < 0 || task.area[i] === f.area) && f.priorities.has(Math.min(w.priority[i], 4)) && f.forces.has(task.force[i])
      && (f.cls < 0 ? f.groups.has(w.header.classes[task.cls[i]].group) : task.cls[i] === f.cls);
  },
  due(w, i) { return !w.planned[i] || w.state[i] !== w.states.occurred; }, // a planned task is nobody's yet before it is given out
  passesUnit(w, u) { return (shared.filter.area < 0 || w.unit.area[u] === shared.filter.area) && shared.filter.forces.has(w.unit.force[u]); },

  seek(t) {
    shared.t = Math.min(Math.max(t, 0), worlds[0].end);
    if (shared.t < timeline.from) { document.getElementById("whole").checked = true; timeline.window(true); }
    shared.changed();
  },
  changed() {
    document.getElementById("clock").textContent = shared.clock(shared.t, true);
    document.getElementById("seek").value = Math.round(shared.t);
    document.getElementById("seek").setAttribute("aria-valuetext", shared.clock(shared.t));
    if (!shared.playing) { draw(performance.now()); panel.update(true); announce(); remember(); }
  },
  filtered() { timeline.stale = true; shared.version++; draw(performance.now()); timeline.draw(); panel.update(true); },
  changeArea(area, fly) {
    shared.filter.area = area;
    document.getElementById("area").value = area;
    if (fly) flyTo(area);
    shared.filtered(); remember();
  },
  select(what, fly) {
    if (what?.kind === "area") return shared.changeArea(what.id, true);
    shared.selected = what;
    if (what && fly) centre(what);
    document.getElementById("story").hidden = !what;
    draw(performance.now()); panel.told = ""; panel.update(true); remember();
  },
  play(on) {
    shared.playing = on ?? !shared.playing;
    if (shared.playing && shared.t >= worlds[0].end) shared.t = timeline.from;
    const button = document.getElementById("play");
    button.textContent = shared.playing ? "❚❚" : "▶";
    button.setAttribute("aria-label", shared.say(shared.playing ? "pause" : "play"));
    if (shared.playing) { shared.last = performance.now(); requestAnimationFrame(frame); } else shared.changed();
  },
  faster(step) {
    shared.speed = SPEEDS[Math.min(Math.max(SPEEDS.indexOf(shared.speed) + step, 0), SPEEDS.length - 1)];
    document.getElementById("speed").value = shared.speed;
  },
  // To the next (or the last) moment at which an incident that passes the filters comes.
  step(way) {
    const w = worlds[0];
    let best = way > 0 ? Infinity : -Infinity, found = -1;
    for (let i = 0; i < w.tasks; i++) {
      const at = w.from[i];
      if (!w.happens[i] || !shared.passes(w, i) || (way > 0 ? at <= shared.t + 0.5 || at >= best : at >= shared.t - 0.5 || at <= best)) continue;
      best = at; found = i;
    }
    if (found < 0) return;
    shared.selected = { kind: "task", id: found, pane: shared.panes[0] };
    centre(shared.selected);
    panel.told = "";
    shared.seek(best);
  },
};
let timeline, panel;

function draw(now) {
  const begin = performance.now(), close = shared.panes[0].dots;
  if (shared.close !== close) { shared.close = close; document.body.classList.toggle("close-by", close); }
  for (const pane of shared.panes) pane.draw(shared.t, now);
  shared.work = performance.now() - begin;
}

function frame(now) {
  if (!shared.playing) return;
  shared.t += Math.min(now - shared.last, 250) / 1000 * shared.speed / worlds[0].header.tick;
  shared.last = now; shared.frames++;
  if (shared.t >= worlds[0].end) { shared.t = worlds[0].end; shared.play(false); return; }
  draw(now);
  if (now - (shared.slow || 0) > 125) { shared.slow = now; shared.changed(); timeline.draw(); }
  panel.update(false);
  requestAnimationFrame(frame);
}

function announce() { document.getElementById("spoken").textContent = panel.spoken || ""; timeline.draw(); }

function centre(what) {
  const pane = shared.panes[0], w = what.pane.world;
  w.look(shared.t);
  const [x, y] = what.kind === "task" ? [w.task.x[what.id], w.task.y[what.id]] : [w.x[what.id], w.y[what.id]];
  if (!isFinite(x)) return;
  [shared.view.x, shared.view.y] = pane.atlas.metres(x, y);
  if (!pane.dots) shared.view.scale = 0.012;
}

function flyTo(area) {
  const pane = shared.panes[0], w = pane.world, points = w.site.x ? w.site : w.group;
  if (area < 0) return pane.fit();
  let box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.x.length; i++) if (points.area[i] === area)
    box = [Math.min(box[0], points.x[i]), Math.min(box[1], points.y[i]), Math.max(box[2], points.x[i]), Math.max(box[3], points.y[i])];
  if (isFinite(box[0])) pane.fit(box, 1.1);
}

// The address says which moment, place and thing the page shows; it is read again when it changes.
function remember() {
  clearTimeout(shared.remembering);
  shared.remembering = setTimeout(() => {
    const [lon, lat] = shared.panes[0].atlas.place(shared.view.x, shared.view.y), parts = [`t=${Math.round(worlds[0].seconds(shared.t))}`];
    parts.push(`at=${lon.toFixed(4)},${lat.toFixed(4)}`, `zoom=${(shared.view.scale * 1000).toPrecision(3)}`);
    if (shared.filter.area >= 0) parts.push(`area=${encodeURIComponent(worlds[0].header.areas[shared.filter.area].code)}`);
    if (shared.selected) {
      const { kind, id, pane } = shared.selected;
      parts.push(`${kind}=${encodeURIComponent(kind === "task" ? pane.world.task.id[id] : pane.world.unit.id[id])}`);
    }
    const wanted = "#" + parts.join("&");
    if (location.hash !== wanted) { shared.ownHash = wanted; history.replaceState(null, "", wanted); }
  }, 150);
}

function recall() {
  if (location.hash === shared.ownHash) return false;
  const pane = shared.panes[0], words = location.hash.slice(1).split("&").map(word => word.split("="));
  const asked = new Map(words.map(([name, value = ""]) => { try { return [name, decodeURIComponent(value)]; } catch { return [name, ""]; } }));
  const area = worlds[0].header.areas.findIndex(one => one.code === asked.get("area") && one.shown);
  if (area >= 0) shared.changeArea(area, true);
  const [lon, lat] = (asked.get("at") || "x").split(",").map(Number), zoom = Number(asked.get("zoom"));
  if (isFinite(lon) && isFinite(lat)) [shared.view.x, shared.view.y] = pane.atlas.metres(...pane.atlas.steps(lon, lat));
  if (zoom > 0) shared.view.scale = Math.min(Math.max(zoom / 1000, 1e-5), 2);
  const task = worlds[0].task.id.indexOf(asked.get("task") ?? ""), unit = worlds[0].unit.id.indexOf(asked.get("unit") ?? "");
  shared.selected = task >= 0 ? { kind: "task", id: task, pane } : unit >= 0 ? { kind: "unit", id: unit, pane } : shared.selected;
  const clock = /^(?:D([+-]\d+) )?(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(asked.get("t") || "");
  const t = clock ? (Number(clock[1] || 0) * 24 + Number(clock[2])) * 3600 + clock[3] * 60 + Number(clock[4] || 0) : asked.has("t") ? Number(asked.get("t")) : NaN;
  if (isFinite(t)) shared.seek(worlds[0].ticks(t)); else shared.changed();
  return true;
}

function pointers(pane) {
  const canvas = pane.live, tip = pane.pane.querySelector(".tip");
  let grabbed = null, moved = 0;
  const fingers = new Map();
  canvas.addEventListener("pointerdown", e => { fingers.set(e.pointerId, [e.offsetX, e.offsetY]); grabbed = [e.offsetX, e.offsetY]; moved = 0; canvas.setPointerCapture(e.pointerId); });
  canvas.addEventListener("pointermove", e => {
    if (!fingers.has(e.pointerId)) return hint(e);
    const [ox, oy] = fingers.get(e.pointerId);
    if (fingers.size === 2) {
      const other = [...fingers].find(([id]) => id !== e.pointerId)[1];
      zoom(pane, Math.hypot(e.offsetX - other[0], e.offsetY - other[1]) / Math.max(Math.hypot(ox - other[0], oy - other[1]), 1), other[0], other[1]);
    } else { shared.view.x -= (e.offsetX - ox) / shared.view.scale; shared.view.y -= (e.offsetY - oy) / shared.view.scale; }
    moved += Math.hypot(e.offsetX - ox, e.offsetY - oy);
    fingers.set(e.pointerId, [e.offsetX, e.offsetY]);
    if (!shared.playing) draw(performance.now());
  });
  canvas.addEventListener("pointerup", e => {
    fingers.delete(e.pointerId);
    if (moved < 5 && grabbed) { const found = pane.pick(e.offsetX, e.offsetY); shared.select(found); }
    grabbed = null; remember();
  });
  canvas.addEventListener("pointercancel", e => fingers.delete(e.pointerId));
  canvas.addEventListener("pointerleave", () => (tip.hidden = true));
  canvas.addEventListener("wheel", e => { e.preventDefault(); zoom(pane, Math.exp(-e.deltaY * 0.0016), e.offsetX, e.offsetY); }, { passive: false });
  function hint(e) {
    const found = pane.pick(e.offsetX, e.offsetY), w = pane.world;
    tip.hidden = !found;
    canvas.style.cursor = found ? "pointer" : "grab";
    if (!found) return;
    tip.replaceChildren(...hintLines(pane, w, found).map((text, i) => el(i ? "span" : "b", text)));
    tip.style.left = `${Math.min(e.offsetX + 14, pane.width - 230)}px`; tip.style.top = `${Math.min(e.offsetY + 14, pane.height - 90)}px`;
  }
}

function hintLines(pane, w, found) {
  if (found.kind === "area") {
    const n = pane.perArea, a = found.id;
    if (!w.header.areas[a].shown) return [w.header.areas[a].name, shared.say("not_shown")];
    return [w.header.areas[a].name, `${shared.say("open")} ${shared.number(n.open[a])} · ${shared.say("waiting")} ${shared.number(n.waiting[a])}`,
      `${shared.say("busy")} ${shared.number(n.busy[a])} · ${shared.say("free")} ${shared.number(n.free[a])}`, `${shared.say("coverage")} ${shared.share(w.coverage(shared.t, a))}`];
  }
  if (found.kind === "unit") {
    const u = found.id, task = w.unitTask[u];
    return [story.unit(w, u), shared.words.unitStates[w.header.unitStatuses[w.status[u]]], ...(task >= 0 ? [story.task(w, task)] : [])];
  }
  const i = found.id;
  return [story.task(w, i), `${shared.say("priority_n", { n: w.priority[i] })} · ${story.state(w, i)}`, shared.say("since", { time: shared.minutes((shared.t - w.from[i]) * w.header.tick) })];
}

function zoom(pane, factor, px = pane.width / 2, py = pane.height / 2) {
  const [mx, my] = pane.at(px, py), v = shared.view;
  v.scale = Math.min(Math.max(v.scale * factor, 1e-5), 2);
  v.x = mx - (px - pane.width / 2) / v.scale; v.y = my - (py - pane.height / 2) / v.scale;
  if (!shared.playing) draw(performance.now());
  remember();
}

function keys(e) {
  if (e.ctrlKey || e.metaKey || e.altKey || /^(SELECT|TEXTAREA)$/.test(e.target.tagName)) return;
  const typing = e.target.tagName === "INPUT", onMap = e.target.classList.contains("live"), pane = shared.panes[0], minute = 60 / worlds[0].header.tick;
  const button = e.target.tagName === "BUTTON", pan = (x, y) => { shared.view.x += x * 60 / shared.view.scale; shared.view.y += y * 60 / shared.view.scale; draw(performance.now()); remember(); };
  const acts = {
    " ": () => !button && !typing && (shared.play(), true), ArrowLeft: () => !typing && (onMap ? pan(-1, 0) : shared.seek(shared.t - minute * (e.shiftKey ? 15 : 1)), true),
    ArrowRight: () => !typing && (onMap ? pan(1, 0) : shared.seek(shared.t + minute * (e.shiftKey ? 15 : 1)), true),
    ArrowUp: () => onMap && (pan(0, -1), true), ArrowDown: () => onMap && (pan(0, 1), true),
    n: () => (shared.step(1), true), p: () => (shared.step(-1), true), "+": () => (zoom(pane, 1.5), true), "=": () => (zoom(pane, 1.5), true), "-": () => (zoom(pane, 1 / 1.5), true),
    0: () => (pane.fit(), draw(performance.now()), remember(), true), "]": () => (shared.faster(1), true), "[": () => (shared.faster(-1), true),
    Escape: () => (shared.select(null), true), Home: () => !typing && (shared.seek(timeline.from), true), End: () => !typing && (shared.seek(timeline.to), true),
  };
  if (acts[e.key]?.()) e.preventDefault();
}

// Incidents that went otherwise under the other plan: a minute or more in response, nobody in one of them, or settled another way.
function compareWorlds([a, b]) {
  const election = a.header.groups.indexOf("election");
  shared.differs = new Map([[a, new Set()], [b, new Set()]]);
  for (let i = 0; i < a.tasks; i++) {
    const rows = [i, shared.inWorld(b, { id: i, pane: { world: a } })];
    if (a.planned[i] || rows[1] < 0 || (!a.happens[i] && !b.happens[rows[1]])) continue;
    const both = [a, b].map((w, j) => outcome(w, rows[j])), totals = both.map(one => one.total), known = Math.max(...both.map(one => one.known));
    if (totals.some(v => v !== null)) shared.answered.push({ task: i, known, totals, election: a.header.classes[a.task.cls[i]].group === election });
    const came = totals.every(v => v !== null), by = came ? totals[1] - totals[0] : both.some(one => one.nobody) ? Infinity : 60;
    if (both[0].text === both[1].text || Math.abs(by) < 60) continue;
    shared.differences.push({ task: i, known, totals, by, said: both.map(one => one.text) });
    [a, b].forEach((w, j) => shared.differs.get(w).add(rows[j]));
  }
}

// How a task went: seconds until a unit came (null: none did), in words, and from when that is known.
function outcome(w, i) {
  const found = w.happens[i] ? w.response(i) : null;
  if (found) return { total: found.total, text: shared.minutes(found.total), known: found.arrived };
  const records = w.taskRecords.subarray(w.taskFrom[i], w.taskFrom[i + 1]), team = records.some(r => w.record.kind[r] === w.code.handled);
  const text = !w.happens[i] ? shared.words.taskStates.prevented : shared.say(team ? "team" : "nobody");
  return { total: null, text, known: w.until[i], nobody: w.happens[i] && !team };
}

function resized() {
  for (const pane of shared.panes) pane.resize();
  timeline.resize();
  draw(performance.now()); timeline.draw();
}

function dress(theme) {
  shared.theme = theme;
  document.documentElement.dataset.theme = theme;
  marks.read(); shared.version++;
  if (timeline) { draw(performance.now()); timeline.draw(); }
}

async function start() {
  const header = JSON.parse(document.getElementById("header").textContent);
  let first = null;
  shared.words = header.words;
  for (const run of header.runs) {
    const text = document.getElementById(run.data).textContent, columns = await bytes.unpack(run.header.columns, text, header.letters, run.size);
    for (const name in first) if (/^(site|group|ring)\./.test(name)) columns[name] = first[name]; // both stand on the same ground
    first ??= columns;
    worlds.push(new World(run.header, columns));
  }
  const f = shared.filter, h = worlds[0].header;
  h.forces.forEach((_, i) => f.forces.add(i));
  h.groups.forEach((name, i) => name !== "normal" && f.groups.add(i));
  if (worlds.length > 1) compareWorlds(worlds);
  document.querySelector(".legend").open = worlds.length === 1 && innerWidth > 900;
  marks.read();
  shared.panes = worlds.map((w, i) => new MapView(document.getElementById("pane" + i), w, shared));
  timeline = new Timeline(document.getElementById("strips"), document.getElementById("seek"), worlds);
  const voting = h.phases.find(p => p.name === "voting");
  shared.t = voting ? worlds[0].ticks(voting.at) : 0;
  timeline.window(false);
  shared.panes.forEach(pane => pane.resize());
  shared.panes[0].fit();
  panel = new Panel(document.getElementById("panel"), worlds);
  controls();
  dress(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  resized();
  if (!recall()) shared.changed();
  window.replay = { worlds, shared }; // for tests and for whoever looks under the bonnet
  document.body.dataset.took = Math.round(performance.now());
  document.body.dataset.ready = "yes";
}

function controls() {
  const on = (id, act, kind = "click") => document.getElementById(id).addEventListener(kind, act);
  const speed = document.getElementById("speed"), phase = document.getElementById("phase"), h = worlds[0].header;
  for (const n of SPEEDS) speed.append(new Option(shared.isolate(`${n}×`), n));
  speed.value = shared.speed;
  on("speed", () => (shared.speed = Number(speed.value)), "change");
  h.phases.forEach((one, i) => phase.append(new Option(`${one.label} · ${shared.clock(worlds[0].ticks(one.at))}`, i)));
  on("phase", () => { if (phase.value >= 0) shared.seek(worlds[0].ticks(h.phases[phase.value].at)); phase.value = -1; }, "change");
  on("play", () => shared.play()); on("next", () => shared.step(1)); on("before", () => shared.step(-1));
  on("whole", e => { timeline.window(e.target.checked); timeline.draw(); }, "change");
  on("closer", () => zoom(shared.panes[0], 1.6)); on("further", () => zoom(shared.panes[0], 1 / 1.6));
  on("all", () => { shared.changeArea(-1, true); });
  on("theme", () => dress(shared.theme === "dark" ? "light" : "dark"));
  on("help", () => document.getElementById("keys").showModal());
  on("help-close", () => document.getElementById("keys").close());
  shared.panes.forEach(pointers);
  addEventListener("keydown", keys);
  addEventListener("resize", resized);
  addEventListener("hashchange", recall);
}

start().catch(error => { document.getElementById("failed").hidden = false; document.getElementById("why").textContent = String(error); });
