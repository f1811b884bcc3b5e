// A map of one world: what stands still on one canvas, what moves on another above it. Two maps may share one view.
const COVER = [0.8, 0.9, 0.95, 0.99]; // ends of the classes of coverage
const KM_FOR_DOTS = 2.5; // pixels to a kilometre from which single units and incidents are drawn

class Atlas {
  constructor(world) {
    const [west, south, east, north] = world.header.box, steps = world.header.steps;
    const metre = world.header.globe ? 111195 : 1, level = world.header.globe ? Math.cos((south + north) / 360 * Math.PI) : 1;
    this.kx = (east - west) * metre * level / steps;
    this.ky = (north - south) * metre / steps;
    this.height = steps * this.ky;
    this.world = world;
  }
  metres(x, y) { return [x * this.kx, this.height - y * this.ky]; }
  place(mx, my) {
    const [west, south, east, north] = this.world.header.box, steps = this.world.header.steps;
    return [west + mx / this.kx / steps * (east - west), south + (this.height - my) / this.ky / steps * (north - south)];
  }
  steps(lon, lat) {
    const [west, south, east, north] = this.world.header.box, steps = this.world.header.steps;
    return [(lon - west) / (east - west) * steps, (lat - south) / (north - south) * steps];
  }
}

class MapView {
  constructor(pane, world, shared) {
    this.pane = pane; this.world = world; this.shared = shared;
    this.still = pane.querySelector(".still"); this.live = pane.querySelector(".live");
    this.atlas = new Atlas(world);
    this.drawn = 0; this.stillKey = "";
    this.anchors();
  }

  get view() { return this.shared.view; }
  get dots() { return this.view.scale * 1000 >= KM_FOR_DOTS || this.world.header.areas.length < 5; }

  resize() {
    const box = this.pane.querySelector(".canvases").getBoundingClientRect(), ratio = Math.min(devicePixelRatio || 1, 2);
    this.width = Math.max(box.width, 50); this.height = Math.max(box.height, 50);
    for (const canvas of [this.still, this.live]) {
      canvas.width = Math.round(this.width * ratio); canvas.height = Math.round(this.height * ratio);
      canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    this.stillKey = "";
  }

  // Middle and extent of each area, by its centres, for figures and names.
  anchors() {
    const { site, group, header } = this.world, n = header.areas.length;
    const xs = Array.from({ length: n }, () => []), ys = Array.from({ length: n }, () => []);
    const points = site.x ? site : group;
    for (let i = 0; i < (points.x || []).length; i++) {
      if (site.x && header.siteKinds[site.kind[i]] !== "centre") continue;
      xs[points.area[i]].push(points.x[i]); ys[points.area[i]].push(points.y[i]);
    }
    const middle = list => (list.sort((a, b) => a - b), list.length ? list[list.length >> 1] : NaN);
    this.anchor = xs.map((_, a) => [middle(xs[a]), middle(ys[a])]);
    const all = xs.flat().sort((a, b) => a - b), up = ys.flat().sort((a, b) => a - b);
    const cut = (list, q) => list[Math.min(Math.floor(q * list.length), list.length - 1)] ?? 0;
    this.crowded = [cut(all, 0.005), cut(up, 0.03), cut(all, 0.995), cut(up, 0.999)];
  }

  fit([x0, y0, x1, y1] = this.crowded, margin = 1.12) {
    const [ax, ay] = this.atlas.metres(x0, y1), [bx, by] = this.atlas.metres(x1, y0);
    this.view.x = (ax + bx) / 2; this.view.y = (ay + by) / 2;
    this.view.scale = Math.min(this.width / Math.max(bx - ax, 500), this.height / Math.max(by - ay, 500)) / margin;
  }

  whole() { const s = this.world.header.steps; this.fit([0, 0, s, s], 1.0); }

  screen(x, y) {
    const [mx, my] = this.atlas.metres(x, y);
    return [(mx - this.view.x) * this.view.scale + this.width / 2, (my - this.view.y) * this.view.scale + this.height / 2];
  }

  at(px, py) {
    return [(px - this.width / 2) / this.view.scale + this.view.x, (py - this.height / 2) / this.view.scale + this.view.y];
  }

  // Straight-line coefficients of `screen`, so that many points cost two products each.
  factors() {
    const s = this.view.scale, a = this.atlas;
    return [a.kx * s, this.width / 2 - this.view.x * s, -a.ky * s, this.height / 2 + (a.height - this.view.y) * s];
  }

  draw(t, now) {
    const v = this.view, key = [v.x, v.y, v.scale, this.width, this.height, shared.theme, shared.version, this.dots].join();
    const stale = !this.dots && now - this.drawn > 400;
    if (key !== this.stillKey || stale) { this.drawStill(t); this.stillKey = key; this.drawn = now; }
    this.drawLive(t);
  }

  drawStill(t) {
    const c = this.still.getContext("2d"), k = marks.colours;
    c.fillStyle = k.ground; c.fillRect(0, 0, this.width, this.height);
    this.areas(c, t);
    this.sites(c);
    if (!this.dots) this.names(c);
  }

  // Outlines; nationally filled by coverage, with a hatching that thickens as coverage falls.
  areas(c, t) {
    const { ring, header } = this.world, k = marks.colours, [ax, bx, ay, by] = this.factors();
    let point = 0;
    const paths = new Map();
    for (let i = 0; i < ring.area.length; i++) {
      const path = paths.get(ring.area[i]) || new Path2D();
      for (let j = 0; j < ring.points[i]; j++, point++) {
        const x = ring.x[point] * ax + bx, y = ring.y[point] * ay + by;
        if (j) path.lineTo(x, y); else path.moveTo(x, y);
      }
      path.closePath();
      paths.set(ring.area[i], path);
    }
    for (const [area, path] of paths) {
      const aside = this.dots && this.shared.filter.area >= 0 && area !== this.shared.filter.area;
      const cover = this.dots || area < 0 || !header.areas[area].shown ? null : this.world.coverage(t, area);
      c.fillStyle = aside ? k.other : cover === null ? k.land : k["cover" + COVER.filter(least => cover >= least).length];
      c.fill(path, "evenodd");
      c.lineWidth = this.dots ? 1.2 : 0.8; c.strokeStyle = this.dots ? k.strong : k.line; c.stroke(path);
    }
    const chosen = this.shared.filter.area;
    if (chosen >= 0 && paths.has(chosen)) { c.lineWidth = 2.4; c.strokeStyle = k.ink; c.stroke(paths.get(chosen)); }
    this.outlines = paths;
  }

  sites(c) {
    const { site, group, header } = this.world, k = marks.colours, [ax, bx, ay, by] = this.factors();
    if (!this.dots) return;
    const big = this.view.scale * 1000 > 30, inside = (x, y) => x > -20 && y > -20 && x < this.width + 20 && y < this.height + 20;
    for (let i = 0; i < (group.x || []).length; i++) {
      const x = group.x[i] * ax + bx, y = group.y[i] * ay + by, r = Math.max(group.radius[i] * ax, 3);
      if (!inside(x, y)) continue;
      c.beginPath(); c.arc(x, y, r, 0, 7); c.fillStyle = k.site; c.globalAlpha = 0.1; c.fill(); c.globalAlpha = 1;
    }
    for (let i = 0; i < (site.x || []).length; i++) {
      const x = site.x[i] * ax + bx, y = site.y[i] * ay + by, kind = header.siteKinds[site.kind[i]];
      if (!inside(x, y) || kind === "place" || kind === "market") continue;
      c.beginPath();
      if (kind === "centre") { c.arc(x, y, big ? 2.4 : 1.3, 0, 7); c.fillStyle = k.site; c.globalAlpha = big ? 0.6 : 0.4; c.fill(); c.globalAlpha = 1; continue; }
      if (!big && (kind !== "base" || this.view.scale * 1000 < 8)) continue;
      const r = big ? 4.6 : 2.6;
      c.strokeStyle = k.strong; c.fillStyle = k.land; c.lineWidth = 1.1;
      if (kind === "base") { c.rect(x - r, y - r * 0.55, 2 * r, r * 1.5); c.moveTo(x - r * 1.25, y - r * 0.5); c.lineTo(x, y - r * 1.35); c.lineTo(x + r * 1.25, y - r * 0.5); }
      else if (kind === "checkpoint") { c.moveTo(x - r, y - r * 0.8); c.lineTo(x + r, y - r * 0.8); c.moveTo(x - r, y + r * 0.8); c.lineTo(x + r, y + r * 0.8); c.moveTo(x, y - r); c.lineTo(x, y + r); }
      else if (kind === "venue") { c.moveTo(x - r, y + r); c.lineTo(x - r, y - r * 0.2); c.arc(x, y - r * 0.2, r, Math.PI, 0); c.lineTo(x + r, y + r); c.closePath(); }
      else { c.rect(x - r * 0.7, y - r * 0.7, r * 1.4, r * 1.4); c.moveTo(x - r * 0.7, y - r * 0.7); c.lineTo(x + r * 0.7, y + r * 0.7); }
      c.fill(); c.stroke();
    }
  }

  // Discs of areas, pushed apart where they would cover each other, and names where there is room.
  names(c) {
    const { areas } = this.world.header, room = 17;
    this.discs = [];
    areas.forEach((one, area) => {
      const [x, y] = this.screen(...this.anchor[area]);
      if (one.shown && x > -60 && y > -40 && x < this.width + 60 && y < this.height + 40) this.discs.push({ area, x, y, ax: x, ay: y });
    });
    for (let round = 0; round < 40; round++) {
      for (const a of this.discs) for (const b of this.discs) {
        const dx = b.x - a.x || 0.1, dy = b.y - a.y || 0.1, d = Math.hypot(dx, dy);
        if (a.area >= b.area || d >= 2 * room) continue;
        const push = (2 * room - d) / 2 / d;
        a.x -= dx * push; a.y -= dy * push; b.x += dx * push; b.y += dy * push;
      }
    }
    c.strokeStyle = marks.colours.quiet; c.lineWidth = 1;
    for (const d of this.discs) if (Math.hypot(d.x - d.ax, d.y - d.ay) > 12) {
      c.beginPath(); c.moveTo(d.ax, d.ay); c.lineTo(d.x, d.y); c.stroke();
      c.beginPath(); c.arc(d.ax, d.ay, 2, 0, 7); c.fillStyle = marks.colours.quiet; c.fill();
    }
    const edge = document.documentElement.dir === "rtl" ? 0.7 * this.width : 0; // there stands the scale
    const taken = [[edge, this.height - 36, edge + 0.3 * this.width, this.height], ...this.discs.map(d => [d.x - room, d.y - room, d.x + room, d.y + room])];
    c.font = "400 11px pollday, sans-serif";
    for (const { area, x, y } of [...this.discs].sort((a, b) => areas[b.area].centres - areas[a.area].centres)) {
      const w = c.measureText(areas[area].name).width / 2 + 3, side = room + w + 1;
      for (const [cx, cy] of [[x, y + 25], [x, y - 25], [x + side, y], [x - side, y], [x + side, y + 12], [x - side, y + 12], [x + side, y - 12]]) {
        const box = [cx - w, cy - 7, cx + w, cy + 7];
        if (taken.some(o => o[0] < box[2] && box[0] < o[2] && o[1] < box[3] && box[1] < o[3])) continue;
        taken.push(box);
        marks.text(c, areas[area].name, cx, cy, marks.colours.ink, 400, 11);
        break;
      }
    }
  }

  drawLive(t) {
    const c = this.live.getContext("2d");
    c.clearRect(0, 0, this.width, this.height);
    this.world.look(t);
    this.calls = 0;
    if (this.dots) { this.crowds(c, t); this.units(c, t); this.incidents(c); }
    else this.figures(c);
    this.chosen(c);
    this.bar(c);
  }

  // One disc for each area: open incidents inside, the share of its units that are busy as a ring round it.
  figures(c) {
    const w = this.world, k = marks.colours, n = w.header.areas.length;
    const open = new Int32Array(n), urgent = new Int32Array(n), waiting = new Int32Array(n), busy = new Int32Array(n), free = new Int32Array(n);
    const wait = w.header.taskStatuses.indexOf("waiting");
    for (const i of w.open) {
      if (w.planned[i] || !this.shared.passes(w, i)) continue;
      const a = w.task.area[i];
      open[a]++;
      if (w.priority[i] === 1) urgent[a]++;
      if (w.state[i] === wait) waiting[a]++;
    }
    for (let u = 0; u < w.units; u++) if (w.status[u]) (w.busy[w.status[u]] ? busy : free)[w.unit.area[u]]++;
    for (const { area, x, y } of this.discs || []) {
      const r = open[area] ? Math.min(8.5 + 1.5 * Math.sqrt(open[area]), 17) : 5;
      c.beginPath(); c.arc(x, y, r, 0, 7); c.fillStyle = k.halo; c.fill();
      c.lineWidth = 1; c.strokeStyle = k.quiet; c.stroke();
      const share = busy[area] / Math.max(busy[area] + free[area], 1);
      if (open[area]) {
        c.beginPath(); c.arc(x, y, r, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * share); c.lineWidth = 3.2; c.strokeStyle = k.going; c.stroke();
        c.font = `700 ${r > 14 ? 12.5 : 11}px pollday, sans-serif`; c.textAlign = "center"; c.textBaseline = "middle";
        c.fillStyle = k.ink; c.fillText(shared.number(open[area]), x, y + 0.5);
      }
      if (urgent[area]) { c.beginPath(); marks.shape(c, x + r * 0.85, y - r * 0.85, 4.6, 1, false); c.lineWidth = 2; c.strokeStyle = k.halo; c.stroke(); c.fillStyle = k.p1; c.fill(); }
      if (waiting[area]) { c.beginPath(); c.arc(x, y, r + 3.5, 0, 7); c.lineWidth = 1.6; c.strokeStyle = k.p2; c.stroke(); }
      this.calls += 4;
    }
    this.perArea = { open, urgent, waiting, busy, free };
  }

  units(c, t) {
    const w = this.world, k = marks.colours, [ax, bx, ay, by] = this.factors(), near = this.view.scale * 1000;
    const r = near > 25 ? 5 : near > 8 ? 4 : near > 4 ? 3 : 2.2, classes = [[], [], [], []], way = w.header.unitStatuses;
    const of = way.map(name => (name === "responding" ? 1 : name === "on_scene" || name === "handing_over" ? 2 : name === "conveying" ? 3 : 0));
    const lines = new Path2D();
    this.spots = [];
    for (let u = 0; u < w.units; u++) {
      if (!w.status[u] || !this.shared.passesUnit(w, u)) continue;
      const x = w.x[u] * ax + bx, y = w.y[u] * ay + by;
      if (!(x > -9 && y > -9 && x < this.width + 9 && y < this.height + 9)) continue;
      const cls = of[w.status[u]], goal = w.goal[u];
      classes[cls].push(u, x, y);
      if ((cls === 1 || cls === 3) && goal >= 0) { lines.moveTo(x, y); lines.lineTo(w.path.x1[goal] * ax + bx, w.path.y1[goal] * ay + by); }
    }
    c.lineWidth = 1.3; c.strokeStyle = k.going; c.globalAlpha = 0.5; c.stroke(lines); c.globalAlpha = 1;
    classes.forEach((list, cls) => {
      for (let i = 0; i < list.length; i += 3) marks.unitMark(c, list[i + 1], list[i + 2], r, w.unit.force[list[i]], cls);
      this.calls += list.length / 3;
    });
    this.spots = classes;
  }

  incidents(c) {
    const w = this.world, [ax, bx, ay, by] = this.factors(), near = this.view.scale * 1000, r = near > 25 ? 7.5 : near > 8 ? 6.5 : 5;
    const names = w.header.taskStatuses;
    const step = names.map(name => ({ occurred: 0, reported: 1, waiting: 2, assigned: 3, attended: 4, handled: 4 })[name] ?? 1);
    this.tasksSeen = [];
    const carried = new Set(); // a task on its way is where its escort is
    for (let u = 0; u < w.units; u++) if (w.status[u] === w.named.conveying && w.unitTask[u] >= 0) carried.add(w.unitTask[u]);
    const order = w.open.filter(i => this.shared.passes(w, i) && this.shared.due(w, i) && !(w.planned[i] && carried.has(i))).sort((a, b) => w.priority[b] - w.priority[a]);
    for (const i of order) {
      const x = w.task.x[i] * ax + bx, y = w.task.y[i] * ay + by;
      if (!(x > -9 && y > -9 && x < this.width + 9 && y < this.height + 9)) continue;
      marks.incident(c, x, y, r, w.priority[i], w.planned[i] === 1, step[w.state[i]]);
      if (this.shared.differs?.get(w).has(i)) { c.beginPath(); c.rect(x - r * 1.9, y - r * 1.9, r * 3.8, r * 3.8); c.lineWidth = 2; c.strokeStyle = marks.colours.differs; c.stroke(); }
      this.tasksSeen.push(i, x, y);
      this.calls += 4;
    }
  }

  crowds(c, t) {
    const w = this.world, seconds = w.seconds(t), k = marks.colours;
    for (const one of [...w.header.gatherings, ...w.header.rumours]) {
      const people = w.crowd(one, seconds);
      if (people < 1) continue;
      const [x, y] = this.screen(one.x, one.y), r = Math.min(6 + Math.sqrt(people) * 0.42, 60);
      if (!(x > -r && y > -r && x < this.width + r && y < this.height + r)) continue;
      c.beginPath(); c.arc(x, y, r, 0, 7); c.fillStyle = k.crowd; c.globalAlpha = 0.2; c.fill(); c.globalAlpha = 1;
      c.setLineDash([3, 3]); c.lineWidth = 1.2; c.strokeStyle = k.crowd; c.stroke(); c.setLineDash([]);
      marks.text(c, shared.number(Math.round(people / 10) * 10 || Math.round(people)), x, y - r - 8, k.crowd, 700, 11);
      this.calls += 3;
    }
  }

  chosen(c) {
    const { selected } = this.shared, w = this.world;
    if (!selected || (selected.kind === "unit" && selected.pane !== this)) return;
    const task = selected.kind === "task" ? this.shared.inWorld(w, selected) : -1;
    const [px, py] = selected.kind === "unit" ? [w.x[selected.id], w.y[selected.id]] : task < 0 ? [NaN, NaN] : [w.task.x[task], w.task.y[task]];
    if (!isFinite(px)) return;
    const [x, y] = this.screen(px, py);
    for (const [colour, width] of [[marks.colours.halo, 5], [marks.colours.ink, 2.2]]) {
      c.beginPath(); c.arc(x, y, 15, 0, 7); c.lineWidth = width; c.strokeStyle = colour; c.stroke();
    }
  }

  bar(c) {
    const wide = 0.22 * this.shared.panes[0].width / this.view.scale / 1000;
    const km = [500, 200, 100, 50, 20, 10, 5, 2, 1, 0.5, 0.2, 0.1].find(k => k <= wide) ?? 0.05, length = km * 1000 * this.view.scale;
    const rtl = document.documentElement.dir === "rtl", x = rtl ? this.width - length - 14 : 14, y = this.height - 14, k = marks.colours;
    c.lineWidth = 4; c.strokeStyle = k.halo; c.beginPath(); c.moveTo(x, y); c.lineTo(x + length, y); c.stroke();
    c.lineWidth = 2; c.strokeStyle = k.ink; c.beginPath(); c.moveTo(x, y - 4); c.lineTo(x, y); c.lineTo(x + length, y); c.lineTo(x + length, y - 4); c.stroke();
    marks.text(c, shared.say("km", { distance: shared.number(km, km < 1 ? 1 : 0) }), x + length / 2, y - 10, k.ink, 400, 11);
  }

  // What lies under a point of the canvas: the nearest incident, else unit, else (nationally) area.
  pick(px, py) {
    if (!this.dots) {
      const hit = (this.discs || []).find(d => Math.hypot(d.x - px, d.y - py) < 18);
      if (hit) return { kind: "area", id: hit.area };
      const ratio = this.still.width / this.width, c = this.still.getContext("2d");
      for (const [area, path] of this.outlines || []) if (area >= 0 && c.isPointInPath(path, px * ratio, py * ratio, "evenodd")) return { kind: "area", id: area };
      return null;
    }
    const near = (list, kind, reach) => {
      let best = null;
      for (let i = 0; i < list.length; i += 3) {
        const d = Math.hypot(list[i + 1] - px, list[i + 2] - py);
        if (d < reach) { reach = d; best = { kind, id: list[i], pane: this }; }
      }
      return best;
    };
    return near(this.tasksSeen || [], "task", 13) || near((this.spots || []).flat(), "unit", 11);
  }
}
