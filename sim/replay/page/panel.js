// Beside the map, in ordinary HTML: figures of the moment, filters, lists and stories. It carries the same facts as the canvas.
const LONGEST = 150; // rows of a list

class Panel {
  constructor(root, worlds) {
    this.root = root; this.worlds = worlds;
    this.tab = worlds.length > 1 ? "compare" : "incidents";
    this.filters();
    for (const button of root.querySelectorAll("[role=tab]")) {
      button.addEventListener("click", () => this.show(button.dataset.tab));
      button.addEventListener("keydown", e => this.turn(e, button));
    }
    this.show(this.tab);
  }

  turn(e, button) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    if (!step) return;
    const tabs = [...this.root.querySelectorAll("[role=tab]:not([hidden])")], rtl = document.documentElement.dir === "rtl" ? -1 : 1;
    const next = tabs[(tabs.indexOf(button) + step * rtl + tabs.length) % tabs.length];
    next.focus(); next.click(); e.preventDefault(); e.stopPropagation();
  }

  show(name) {
    this.tab = name;
    for (const button of this.root.querySelectorAll("[role=tab]")) {
      const on = button.dataset.tab === name;
      button.setAttribute("aria-selected", on); button.tabIndex = on ? 0 : -1;
      document.getElementById("tab-" + button.dataset.tab).hidden = !on;
    }
    this.update(true);
  }

  // Filters: every choice is a checkbox or a list of ordinary HTML.
  filters() {
    const f = shared.filter, h = this.worlds[0].header, area = document.getElementById("area");
    area.append(new Option(shared.say("all_areas"), -1));
    h.areas.forEach((one, i) => { if (one.shown) area.append(new Option(one.name, i)); });
    area.addEventListener("change", () => shared.changeArea(Number(area.value), true));
    const boxes = (id, names, set) => {
      const box = document.getElementById(id);
      names.forEach(([value, text]) => {
        const label = el("label"), input = el("input");
        input.type = "checkbox"; input.checked = set.has(value); input.dataset.value = value;
        input.addEventListener("change", () => { if (input.checked) set.add(value); else set.delete(value); shared.filtered(); });
        label.append(input, " ", el("span", text)); box.append(label);
      });
    };
    boxes("forces", h.forces.map((name, i) => [i, shared.words.forces[name]]), f.forces);
    boxes("priorities", [1, 2, 3, 4].map(p => [p, shared.say("priority_n", { n: p })]), f.priorities);
    boxes("groups", h.groups.map((name, i) => [i, shared.words.groups[name]]), f.groups);
    const cls = document.getElementById("class");
    cls.append(new Option(shared.say("all_classes"), -1));
    const used = new Set(this.worlds[0].task.cls);
    h.classes.forEach((one, i) => { if (used.has(i)) cls.append(new Option(shared.words.classes[one.name], i)); });
    cls.addEventListener("change", () => { f.cls = Number(cls.value); shared.filtered(); });
  }

  update(force) {
    const now = performance.now();
    if (!force && now - (this.updated || 0) < (shared.playing ? 900 : 400)) return;
    this.updated = now;
    this.figures();
    if (this.tab === "incidents") this.incidents();
    if (this.tab === "units") this.units();
    if (this.tab === "areas") this.areas();
    if (this.tab === "log") this.log();
    if (this.tab === "compare") this.compare();
    if (shared.selected) this.story();
  }

  count(w) {
    const n = { open: 0, waiting: 0, going: 0, scene: 0, free: 0, busy: 0, planned: 0 }, names = w.header.taskStatuses;
    for (const i of w.open) {
      if (!shared.passes(w, i) || !shared.due(w, i)) continue;
      if (w.planned[i]) { n.planned++; continue; }
      n.open++;
      const state = names[w.state[i]];
      if (state === "waiting") n.waiting++;
      if (state === "assigned") n.going++;
      if (state === "attended" || state === "handled") n.scene++;
    }
    for (let u = 0; u < w.units; u++) {
      if (!w.status[u] || !shared.passesUnit(w, u)) continue;
      n[w.busy[w.status[u]] ? "busy" : "free"]++;
    }
    return n;
  }

  figures() {
    const box = document.getElementById("figures"), counts = this.worlds.map(w => this.count(w));
    const cover = this.worlds.map(w => w.coverage(shared.t, shared.filter.area));
    const rows = [["open", counts.map(n => n.open)], ["waiting", counts.map(n => n.waiting)], ["going", counts.map(n => n.going)], ["scene", counts.map(n => n.scene)],
      ["planned", counts.map(n => n.planned)], ["busy", counts.map(n => n.busy)], ["free", counts.map(n => n.free)]];
    box.replaceChildren(...rows.map(([name, values]) => this.figure(name, values.map(v => shared.number(v)))), this.figure("coverage", cover.map(v => shared.share(v))));
    this.spoken = `${shared.clock(shared.t)}. ${shared.say("open")}: ${counts[0].open}. ${shared.say("waiting")}: ${counts[0].waiting}.`;
  }

  figure(name, values) {
    const box = el("div", "", "figure " + name), value = el("span", "", "value");
    values.forEach((text, i) => { if (i) value.append(el("span", " / ", "slash")); value.append(el("b", text, `of${i}${/[0-9]/.test(text) ? "" : " words"}`)); });
    box.append(value, el("span", shared.say(name), "name"));
    return box;
  }

  incidents() {
    const w = this.worlds[0], rows = w.open.filter(i => shared.passes(w, i) && shared.due(w, i));
    rows.sort((a, b) => w.planned[a] - w.planned[b] || w.priority[a] - w.priority[b] || w.from[a] - w.from[b]);
    this.fill("incident-rows", rows, i => [
      this.sign(w, i), el("span", shared.words.taskStates[w.header.taskStatuses[w.state[i]]]),
      el("span", shared.minutes((shared.t - w.from[i]) * w.header.tick), "number")], i => ({ kind: "task", id: i, pane: shared.paneOf(w) }));
  }

  // Priority as a figure and a mark, and what it is and where.
  sign(w, i) {
    const box = el("span", "", "sign"), p = w.priority[i], group = w.header.groups[w.header.classes[w.task.cls[i]].group];
    const mark = el("span", ["", "▲", "◆", "■", "●"][Math.min(p, 4)], `mark p${group === "planned" ? 0 : Math.min(p, 4)}`);
    mark.title = shared.say("priority_n", { n: p });
    box.append(mark, el("span", shared.number(p), "p"), " ", el("bdi", story.task(w, i)), " ", el("bdi", w.header.areas[w.task.area[i]].name, "where"));
    return box;
  }

  units() {
    const w = this.worlds[0], rows = [];
    for (let u = 0; u < w.units; u++) if (w.status[u] && shared.passesUnit(w, u)) rows.push(u);
    const order = w.header.unitStatuses.map(name => ["responding", "conveying", "handing_over", "on_scene"].indexOf(name) + 1 || 9);
    rows.sort((a, b) => order[w.status[a]] - order[w.status[b]] || a - b);
    this.fill("unit-rows", rows, u => [el("bdi", story.unit(w, u)), el("span", shared.words.unitStates[w.header.unitStatuses[w.status[u]]]),
      el("bdi", w.unitTask[u] >= 0 ? story.task(w, w.unitTask[u]) : "", "where")], u => ({ kind: "unit", id: u, pane: shared.paneOf(w) }));
  }

  areas() {
    const w = this.worlds[0], n = w.header.areas.length, rows = [...Array(n).keys()].filter(a => w.header.areas[a].shown);
    const open = new Int32Array(n), waiting = new Int32Array(n), free = new Int32Array(n), wait = w.header.taskStatuses.indexOf("waiting");
    for (const i of w.open) if (!w.planned[i] && shared.passes(w, i)) { open[w.task.area[i]]++; if (w.state[i] === wait) waiting[w.task.area[i]]++; }
    for (let u = 0; u < w.units; u++) if (w.status[u] && !w.busy[w.status[u]]) free[w.unit.area[u]]++;
    rows.sort((a, b) => open[b] - open[a] || a - b);
    this.fill("area-rows", rows, a => [el("bdi", w.header.areas[a].name), ...[open[a], waiting[a], free[a]].map(v => el("span", shared.number(v), "number")),
      el("span", shared.share(w.coverage(shared.t, a)), "number")], a => ({ kind: "area", id: a }));
  }

  log() {
    const w = this.worlds[0], r = w.record, rows = [];
    for (let i = w.aloneFrom; i < r.kind.length && r.time[i] <= shared.t; i++) {
      const area = r.area[i - w.aloneFrom];
      if (shared.filter.area < 0 || area === shared.filter.area || area < 0) rows.push(i);
    }
    this.fill("log-rows", rows.reverse(), i => {
      const area = r.area[i - w.aloneFrom], name = w.header.records[r.kind[i]];
      const what = name === "phase_started" ? shared.words.phases[r.value[i]] ?? "" : story.detail(w, i);
      return [el("time", shared.clock(r.time[i])), el("span", [shared.words.records[name], what].filter(Boolean).join(" · ")), el("bdi", area >= 0 ? w.header.areas[area].name : "", "where")];
    }, null);
  }

  // Where two plans differ most, the latest first of those that are over by now.
  compare() {
    const rows = shared.differences.filter(d => d.known <= shared.t && shared.passes(this.worlds[0], d.task)).slice(0, 4000);
    const sum = [0, 0], n = [0, 0];
    for (const d of shared.answered) if (d.known <= shared.t && d.election && (shared.filter.area < 0 || this.worlds[0].task.area[d.task] === shared.filter.area)) d.totals.forEach((v, i) => { if (v !== null) { sum[i] += v; n[i]++; } });
    const mean = i => (n[i] ? shared.minutes(sum[i] / n[i]) : shared.say("none"));
    document.getElementById("compare-note").textContent = shared.say("mean_so_far", { a: mean(0), b: mean(1) });
    rows.sort((a, b) => Math.abs(b.by) - Math.abs(a.by) || a.known - b.known);
    this.fill("compare-rows", rows, d => [this.sign(this.worlds[0], d.task), ...d.said.map(text => el("span", text, "number")),
      el("span", d.totals.includes(null) ? "" : shared.signed(d.by), "number " + (d.by < 0 ? "better" : "worse"))], d => ({ kind: "task", id: d.task, pane: shared.panes[0] }));
  }

  // Rows of a list, each with a button that can be reached by the keyboard; what has the focus keeps it.
  fill(id, rows, cells, target) {
    const body = document.getElementById(id), focused = body.contains(document.activeElement) ? [...body.rows].indexOf(document.activeElement.closest("tr")) : -1;
    const longest = shared.playing ? LONGEST / 3 : LONGEST, made = rows.slice(0, longest).map(row => {
      const line = el("tr");
      cells(row).forEach((content, i) => {
        const cell = el("td");
        if (content.className?.startsWith("number")) cell.className = "number";
        if (i === 0 && target) { const button = link("", () => shared.select(target(row), true)); button.append(content); cell.append(button); } else cell.append(content);
        line.append(cell);
      });
      const on = target && shared.selected && target(row).kind === shared.selected.kind && target(row).id === shared.selected.id;
      if (on) line.className = "on";
      return line;
    });
    body.replaceChildren(...made);
    const more = document.getElementById(id.replace("rows", "more"));
    if (more) more.textContent = rows.length > longest ? shared.say("more", { n: shared.number(rows.length - longest) }) : rows.length ? "" : shared.say("nothing");
    if (focused >= 0) body.rows[Math.min(focused, body.rows.length - 1)]?.querySelector("button")?.focus();
  }

  story() {
    const box = document.getElementById("story"), { selected } = shared;
    box.hidden = !selected;
    if (!selected) return;
    const key = [selected.kind, selected.id, Math.floor(shared.t / 20), shared.playing].join();
    if (key === this.told) return;
    this.told = key;
    const told = selected.kind === "unit" ? [story.ofUnit(selected.pane.world, selected.id)]
      : this.worlds.length > 1 ? this.both(selected) : [story.ofTask(selected.pane.world, selected.id)];
    const scroll = box.scrollTop, close = link(shared.say("close"), () => shared.select(null));
    close.classList.add("close");
    box.replaceChildren(close, ...told);
    box.scrollTop = scroll;
  }

  // One task under both plans: the parts of the two responses under each other first, then what was recorded.
  both(what) {
    const rows = this.worlds.map(w => shared.inWorld(w, what)), one = rows[0] < 0 ? 1 : 0;
    const named = (i, part) => { const box = el("div"); box.append(el("p", `${"AB"[i]} · ${this.worlds[i].header.title}`, "which of" + i), part); return box; };
    const most = Math.max(...this.worlds.map((w, i) => (rows[i] < 0 ? 0 : w.response(rows[i])?.total ?? 0)));
    const parts = this.worlds.map((w, i) => named(i, rows[i] < 0 ? el("p", shared.say("only_other"), "note") : story.parts(w, rows[i], most)));
    const records = this.worlds.map((w, i) => (rows[i] < 0 ? "" : named(i, story.recordsOf(w, rows[i]))));
    return [el("h3", story.task(this.worlds[one], rows[one])), ...parts, story.facts(this.worlds[one], rows[one]), ...records];
  }
}
