// The day as three strips: open incidents, those that wait for a unit, coverage; with phases above and the moment across.
class Timeline {
  constructor(canvas, range, worlds) {
    this.canvas = canvas; this.range = range; this.worlds = worlds;
    canvas.addEventListener("pointerdown", e => { canvas.setPointerCapture(e.pointerId); this.grabbed = true; this.seek(e); });
    canvas.addEventListener("pointermove", e => (this.grabbed ? this.seek(e) : this.hover(e)));
    canvas.addEventListener("pointerup", () => (this.grabbed = false));
    canvas.addEventListener("pointerleave", () => { this.over = null; this.draw(); });
    range.addEventListener("input", () => shared.seek(Number(range.value)));
  }

  // The stretch of the day that is shown: from two hours before the vote, or everything.
  window(all) {
    const h = worlds[0].header, voting = h.phases.find(p => p.name === "voting");
    this.from = all || !voting ? 0 : Math.max(worlds[0].ticks(voting.at - 7200), 0);
    this.to = worlds[0].end;
    this.range.min = Math.round(this.from); this.range.max = Math.round(this.to);
    this.stale = true;
  }

  resize() {
    const box = this.canvas.getBoundingClientRect(), ratio = Math.min(devicePixelRatio || 1, 2);
    this.width = Math.max(box.width, 50); this.height = Math.max(box.height, 40);
    this.canvas.width = Math.round(this.width * ratio); this.canvas.height = Math.round(this.height * ratio);
    this.ratio = ratio; this.stale = true;
  }

  x(t) { return (t - this.from) / (this.to - this.from) * this.width; }
  t(x) { return this.from + Math.min(Math.max(x / this.width, 0), 1) * (this.to - this.from); }
  seek(e) { shared.seek(this.t(e.offsetX)); }
  hover(e) { this.over = e.offsetX; this.draw(); }

  // Counts by piece of time, anew when filters or the window change.
  count() {
    const bins = Math.max(Math.round(this.width / 2), 60);
    this.strips = this.worlds.map(w => {
      const one = (of, urgent) => w.series(this.from, this.to, bins, add => {
        const counts = i => w.planned[i] === (of === "planned" ? 1 : 0) && shared.passes(w, i) && (!urgent || w.task.priority[i] === 1);
        if (of === "waiting") { for (let j = 0; j < w.waits.length; j += 3) if (counts(w.waits[j])) add(w.waits[j + 1], w.waits[j + 2], 1); }
        else for (let i = 0; i < w.tasks; i++) if (w.happens[i] && counts(i)) add(of === "planned" ? w.due[i] : w.from[i], w.until[i], 1);
      });
      return { open: one("open", false), urgent: one("open", true), waiting: one("waiting", false), planned: one("planned", false) };
    });
    this.most = {};
    for (const name of ["open", "waiting", "planned"]) this.most[name] = Math.max(1, ...this.strips.map(s => s[name].reduce((a, b) => Math.max(a, b), 0)));
    this.stale = false;
    this.picture = null;
  }

  draw() {
    if (!this.width) return;
    if (this.stale) this.count();
    if (!this.picture || this.pictureTheme !== shared.theme) this.paint();
    const c = this.canvas.getContext("2d"), k = marks.colours;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.drawImage(this.picture, 0, 0);
    c.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    const x = this.x(shared.t);
    c.fillStyle = k.accent; c.fillRect(x - 1, 0, 2, this.height);
    c.beginPath(); c.moveTo(x - 5, 0); c.lineTo(x + 5, 0); c.lineTo(x, 6); c.fill();
    if (this.over != null && !this.grabbed) this.tell(c, this.over);
  }

  // Figures of the moment under the pointer.
  tell(c, x) {
    const t = this.t(x), bin = Math.min(Math.floor(x / this.width * this.strips[0].open.length), this.strips[0].open.length - 1);
    const cover = this.worlds.map(w => w.coverage(t, shared.filter.area));
    const parts = [shared.clock(t), `${shared.say("open")} ${this.strips.map(s => shared.number(s.open[bin])).join(" / ")}`,
      `${shared.say("waiting")} ${this.strips.map(s => shared.number(s.waiting[bin])).join(" / ")}`];
    if (cover.some(v => v !== null)) parts.push(`${shared.say("coverage")} ${cover.map(v => shared.share(v)).join(" / ")}`);
    const text = parts.join(" · ");
    c.font = "400 11.5px pollday, sans-serif"; c.direction = document.documentElement.dir;
    const w = c.measureText(text).width + 14, left = Math.min(Math.max(x - w / 2, 2), this.width - w - 2), k = marks.colours;
    c.fillStyle = k.halo; c.strokeStyle = k.strong; c.lineWidth = 1;
    c.beginPath(); c.roundRect(left, 16, w, 20, 4); c.fill(); c.stroke();
    c.fillStyle = k.ink; c.textAlign = "center"; c.textBaseline = "middle"; c.fillText(text, left + w / 2, 26.5);
    c.direction = "ltr"; c.fillStyle = k.ink; c.globalAlpha = 0.4; c.fillRect(x, 0, 1, this.height); c.globalAlpha = 1;
  }

  paint() {
    this.picture = document.createElement("canvas");
    this.picture.width = this.canvas.width; this.picture.height = this.canvas.height;
    this.pictureTheme = shared.theme;
    const c = this.picture.getContext("2d"), k = marks.colours;
    c.scale(this.ratio, this.ratio);
    c.fillStyle = k.ground; c.fillRect(0, 0, this.width, this.height);
    this.phases(c);
    const top = 16, bottom = 15, room = this.height - top - bottom, part = room / 4;
    this.strip(c, "open", top, part - 3, k.p3, k.p1);
    this.strip(c, "waiting", top + part, part - 3, k.p2, null);
    this.strip(c, "planned", top + 2 * part, part - 3, k.planned, null);
    this.cover(c, top + 3 * part, part - 3);
    this.hours(c);
  }

  phases(c) {
    const k = marks.colours, list = this.worlds[0].header.phases, w = this.worlds[0];
    c.direction = document.documentElement.dir;
    list.forEach((phase, i) => {
      const a = Math.max(this.x(w.ticks(phase.at)), 0), b = i + 1 < list.length ? this.x(w.ticks(list[i + 1].at)) : this.width;
      if (b - a < 1 || b < 0) return;
      c.fillStyle = phase.name === "voting" ? k.accent : k.quiet; c.globalAlpha = phase.name === "voting" ? 0.1 : i % 2 ? 0.1 : 0.04;
      c.fillRect(a, 0, b - a, this.height - 15); c.globalAlpha = 1;
      c.font = `${phase.name === "voting" ? 700 : 400} 10.5px pollday, sans-serif`; c.textBaseline = "middle"; c.textAlign = "center"; c.fillStyle = k.quiet;
      if (c.measureText(phase.label).width < b - a - 8) c.fillText(phase.label, (a + b) / 2, 8);
    });
    c.direction = "ltr";
  }

  strip(c, name, top, high, colour, urgentColour) {
    const most = this.most[name];
    this.strips.forEach((strip, which) => {
      const draw = (list, fill) => {
        const step = this.width / list.length;
        c.beginPath(); c.moveTo(0, top + high);
        for (let i = 0; i < list.length; i++) { const y = top + high - list[i] / most * high; c.lineTo(i * step, y); c.lineTo((i + 1) * step, y); }
        if (which) { c.lineWidth = 1.6; c.strokeStyle = marks.colours.differs; c.stroke(); return; }
        c.lineTo(this.width, top + high); c.closePath(); c.fillStyle = fill; c.globalAlpha = 0.75; c.fill(); c.globalAlpha = 1;
      };
      draw(strip[name], colour);
      if (urgentColour && !which) draw(strip.urgent, urgentColour);
    });
    this.label(c, `${shared.say(name)} · ${shared.say("most", { n: shared.number(most) })}`, top);
  }

  cover(c, top, high) {
    const k = marks.colours, area = shared.filter.area;
    const lines = this.worlds.map(w => [...w.cover.at].map((_, i) => (area < 0 ? w.cover.all[i] : w.cover.areas[area * w.cover.at.length + i])));
    const least = Math.min(1000, ...lines.flat().filter(v => v >= 0)), low = [900, 800, 500].find(v => least >= v) ?? 0;
    c.strokeStyle = k.line; c.lineWidth = 1; c.strokeRect(0, top, this.width, high);
    this.worlds.forEach((w, which) => {
      c.beginPath();
      lines[which].forEach((v, i) => { if (v >= 0) c.lineTo(this.x(w.cover.at[i]), top + high - (v - low) / (1000 - low) * high); });
      c.lineWidth = 1.8; c.strokeStyle = which ? k.differs : k.free; c.stroke();
    });
    this.label(c, `${shared.say("coverage")} · ${shared.say("scale", { low: shared.share(low / 1000), high: shared.share(1) })}`, top);
  }

  label(c, text, top) {
    c.direction = document.documentElement.dir;
    const rtl = c.direction === "rtl";
    marks.text(c, text, rtl ? this.width - 6 : 6, top + 8, marks.colours.quiet, 400, 11, rtl ? "right" : "left");
    c.direction = "ltr";
  }

  hours(c) {
    const hour = 3600 / this.worlds[0].header.tick, begin = this.worlds[0].header.begin / 3600, k = marks.colours;
    const every = [1, 2, 3, 6, 12, 24].find(n => n * hour / (this.to - this.from) * this.width > 48) ?? 24;
    c.font = "400 10.5px pollday, sans-serif"; c.textBaseline = "middle"; c.fillStyle = k.quiet; c.textAlign = "center";
    for (let n = Math.ceil((begin + this.from / hour) / every) * every; ; n += every) {
      const x = this.x((n - begin) * hour);
      if (x > this.width) break;
      c.fillRect(x, this.height - 15, 1, 4);
      if (x > 14 && x < this.width - 14) c.fillText(`${String(((n % 24) + 24) % 24).padStart(2, "0")}:00`, x, this.height - 5.5);
    }
  }
}
