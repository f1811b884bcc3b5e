// One run as the page asks for it. Everything that the page knows about a day comes through this object, so that a live stream
// may take its place: it needs the same facts (areas, units, tasks, sites) and the same questions (look, story, open, series).
const NO_CAUSE = 0, BEFORE = 1, TASK_BEFORE = 2;

// Positions of the first entry of each of `size` owners in a list that is ordered by owner, and one more for its end.
function starts(owner, size) {
  const from = new Int32Array(size + 1);
  for (const one of owner) if (one >= 0) from[one + 1]++;
  for (let i = 0; i < size; i++) from[i + 1] += from[i];
  return from;
}

// Last position in [from, to) of an ascending list whose value is at most t; from - 1 if there is none.
function latest(list, from, to, t) {
  while (from < to) {
    const middle = (from + to) >> 1;
    if (list[middle] <= t) from = middle + 1; else to = middle;
  }
  return from - 1;
}

class World {
  constructor(header, columns) {
    this.header = header;
    const codes = names => Object.fromEntries(names.map((name, code) => [name, code]));
    this.code = codes(header.records);
    this.named = codes(header.unitStatuses);
    this.states = codes(header.taskStatuses);
    this.busy = header.unitStatuses.map(name => ["responding", "on_scene", "conveying", "handing_over"].includes(name));
    this.part = name => Object.fromEntries(
      Object.keys(columns).filter(key => key.startsWith(name + ".")).map(key => [key.slice(name.length + 1), columns[key]]));
    this.unit = this.part("unit");
    this.task = this.part("task");
    this.site = this.part("site");
    this.group = this.part("group");
    this.ring = this.part("ring");
    this.cover = this.part("cover");
    this.record = this.part("record");
    this.path = this.part("path");
    this.loop = this.part("loop");
    this.units = this.unit.id.length;
    this.tasks = this.task.id.length;
    this.end = Math.round((header.end - header.begin) / header.tick);
    const planned = header.groups.indexOf("planned");
    this.planned = Uint8Array.from(this.task.cls, cls => (header.classes[cls].group === planned ? 1 : 0));
    this.index();
    this.movements();
    this.moments();
    this.moving();
  }

  ticks(seconds) { return (seconds - this.header.begin) / this.header.tick; }
  seconds(ticks) { return ticks * this.header.tick + this.header.begin; }

  // A movement belongs to a record, and mostly ends at the next one or begins where the one before ended: what is stored are the
  // differences to that.
  movements() {
    const p = this.path, r = this.record, code = this.code, n = p.wait.length;
    const moves = new Set(["dispatched", "diverted", "returning", "conveying", "leg_started", "loop_started", "on_duty", "off_duty"].map(name => code[name]));
    const ends = new Set([code.arrived, code.leg_reached, code.handed_over]);
    p.begin = new Int32Array(n); p.unit = new Int32Array(n);
    const sentTo = new Int32Array(n).fill(-1);
    this.moveOf = new Int32Array(r.lists[0]).fill(-1);
    for (let i = 0, at = 0; i < r.lists[0]; i++) {
      if (!moves.has(r.kind[i])) continue;
      p.begin[at] = r.time[i]; p.unit[at] = r.unit[i];
      this.moveOf[i] = at;
      if (r.kind[i] === code.dispatched) { p.wait[at] += r.value[i]; sentTo[at] = r.task[i]; }
      const depart = r.time[i] + p.wait[at];
      if (i + 1 < r.lists[0] && ends.has(r.kind[i + 1]) && r.unit[i + 1] === r.unit[i]) p.drive[at] += r.time[i + 1] - depart;
      at++;
    }
    for (const axis of ["x", "y"]) {
      const begin = p[axis + "0"], end = p[axis + "1"], spot = this.task[axis];
      for (let i = 0; i < n; i++) {
        begin[i] += i ? end[i - 1] : 0;
        end[i] += sentTo[i] >= 0 ? spot[sentTo[i]] : begin[i];
      }
    }
    this.pathFrom = starts(p.unit, this.units);
    this.loopFrom = new Int32Array(this.units + 1);
    this.period = new Float64Array(this.units);
    for (let u = 0, own = 0; u < this.units; u++) {
      this.loopFrom[u + 1] = this.loopFrom[u] + this.loop.stops[u];
      if (this.loop.stops[u]) this.period[u] = this.loop.period[own++] / 1000 / this.header.tick;
    }
    this.ref = new Float64Array(p.begin.length).fill(Infinity); // moment at which a loop's first stop is reached; never without one
    for (let i = 0, own = 0; i < p.begin.length; i++) if (p.loop[i]) this.ref[i] = p.begin[i] + p.wait[i] + p.drive[i] + p.ref[own++];
  }

  // Records of each unit and of each task, in order, and the records of neither.
  index() {
    const r = this.record, [byUnit, byTask] = r.lists, own = byUnit + byTask;
    for (let i = 0; i < own; i++) if (!r.about[i]) r.task[i] = -1;
    this.unitFrom = starts(r.unit, this.units);
    this.aloneFrom = own;
    this.taskFrom = starts(r.task, this.tasks);
    this.taskRecords = new Int32Array(this.taskFrom[this.tasks]);
    const next = this.taskFrom.slice();
    for (let i = byUnit; i < own; i++) this.taskRecords[next[r.task[i]]++] = i;
    for (let i = 0; i < byUnit; i++) if (r.task[i] >= 0) this.taskRecords[next[r.task[i]]++] = i;
    // At one moment a call comes before what is done about it, and the end of a task after it.
    const late = new Set(["closed", "lapsed", "package_complete"].map(name => this.code[name]));
    const rank = i => (i < byUnit ? 1 : late.has(r.kind[i]) ? 2 : 0);
    const list = this.taskRecords;
    for (let task = 0; task < this.tasks; task++) {
      for (let i = this.taskFrom[task] + 1; i < this.taskFrom[task + 1]; i++) {
        const one = list[i];
        let j = i;
        for (; j > this.taskFrom[task]; j--) {
          const other = list[j - 1], late = r.time[other] - r.time[one] || rank(other) - rank(one);
          if (late <= 0) break;
          list[j] = other;
        }
        list[j] = one;
      }
    }
    let elsewhere = 0;
    this.elsewhere = new Int32Array(r.rule.length).fill(-1);
    for (let i = 0; i < r.rule.length; i++) if (r.rule[i] === 3) this.elsewhere[i] = r.cause[elsewhere++];
  }

  unitOf(record) { return record < this.record.lists[0] ? this.record.unit[record] : -1; }
  taskOf(record) { return record < this.aloneFrom ? this.record.task[record] : -1; }

  // The record that made this one happen (-1: the tape or the plan).
  cause(record) {
    const rule = this.record.rule[record];
    if (rule === NO_CAUSE) return -1;
    if (rule === BEFORE) return record - 1;
    if (rule !== TASK_BEFORE) return this.elsewhere[record];
    const task = this.taskOf(record), from = this.taskFrom[task];
    for (let i = from + 1; i < this.taskFrom[task + 1]; i++) if (this.taskRecords[i] === record) return this.taskRecords[i - 1];
    return -1;
  }

  // When each task came, was reported, waited, was attended and ended; ticks, -1 where that never was.
  moments() {
    const n = this.tasks, s = this.states, over = new Set([s.closed, s.lapsed, s.prevented]);
    this.from = new Int32Array(n).fill(-1);
    this.due = new Int32Array(n).fill(this.end + 1);
    this.until = new Int32Array(n).fill(this.end + 1);
    this.happens = new Uint8Array(n).fill(1);
    this.waits = [];
    for (let task = 0; task < n; task++) {
      let since = -1, last = s.none;
      for (const [t, now] of this.steps(task)) {
        if (this.from[task] < 0) this.from[task] = t;
        if (now !== s.occurred && this.due[task] > t) this.due[task] = t;
        if (since >= 0 && now !== s.waiting) { if (t > since) this.waits.push(task, since, t); since = -1; }
        if (now === s.waiting && since < 0) since = t;
        if (over.has(now)) this.until[task] = t;
        last = now;
      }
      if (since >= 0) this.waits.push(task, since, this.until[task]);
      if (this.from[task] < 0 || last === s.prevented) this.happens[task] = 0;
    }
  }

  // Statuses of one task in order, as [moment, status]. Once a unit has come it stays attended, also while it wants more units.
  steps(task) {
    const r = this.record, s = this.states, found = [];
    let attended = false;
    for (let i = this.taskFrom[task]; i < this.taskFrom[task + 1]; i++) {
      const record = this.taskRecords[i], now = this.header.taskStatus[r.kind[record]];
      if (now < 0) continue;
      attended ||= now === s.attended;
      found.push([r.time[record], attended && (now === s.waiting || now === s.assigned) ? s.attended : now]);
    }
    return found;
  }

  // What a look at every moment needs: the piece of a straight line on which each unit is, and how long that holds.
  moving() {
    const many = () => new Float64Array(this.units);
    this.x = many(); this.y = many();
    this.status = new Int8Array(this.units);
    this.x0 = many(); this.y0 = many(); this.vx = many(); this.vy = many(); this.since = many();
    this.validFrom = many().fill(Infinity); this.validTo = many().fill(-Infinity);
    this.statusFrom = many().fill(Infinity); this.statusTo = many().fill(-Infinity);
    this.unitTask = new Int32Array(this.units).fill(-1);
    this.goal = new Int32Array(this.units).fill(-1);
    this.state = new Int8Array(this.tasks);
    this.priority = Int8Array.from(this.task.priority);
    this.stateFrom = new Float64Array(this.tasks).fill(Infinity);
    this.stateTo = new Float64Array(this.tasks).fill(-Infinity);
    this.open = [];
    this.looked = NaN;
  }

  // Put positions and statuses of all units, and the open tasks with their states, to the moment t (ticks).
  look(t) {
    if (t === this.looked) return;
    this.looked = t;
    for (let u = 0; u < this.units; u++) {
      if (t < this.statusFrom[u] || t >= this.statusTo[u]) this.findStatus(u, t);
      if (!this.status[u]) continue;
      if (t < this.validFrom[u] || t >= this.validTo[u]) this.findPiece(u, t);
      this.x[u] = this.x0[u] + this.vx[u] * (t - this.since[u]);
      this.y[u] = this.y0[u] + this.vy[u] * (t - this.since[u]);
    }
    this.open.length = 0;
    for (let i = 0; i < this.tasks; i++) {
      if (this.from[i] > t || this.until[i] <= t || !this.happens[i]) continue;
      if (t < this.stateFrom[i] || t >= this.stateTo[i]) this.findState(i, t);
      this.open.push(i);
    }
  }

  // What the unit does by its last record that says so (0: off duty), and the task that it is about while it is busy. No record
  // tells the end of a drive back: from then on a unit is free, or on its loop.
  findStatus(u, t) {
    const r = this.record, { unitStatus, unitStatuses } = this.header, from = this.unitFrom[u], to = this.unitFrom[u + 1];
    const before = at => { while (at >= from && unitStatus[r.kind[at]] < 0) at--; return at; };
    let next = latest(r.time, from, to, t);
    const at = before(next);
    while (++next < to && unitStatus[r.kind[next]] < 0);
    this.statusTo[u] = next < to ? r.time[next] : Infinity;
    this.statusFrom[u] = at >= from ? r.time[at] : -Infinity;
    this.unitTask[u] = -1;
    if (at < from) { this.status[u] = 0; return; }
    const kind = r.kind[at], name = this.header.records[kind];
    let now = unitStatus[kind];
    if (name === "returning" || name === "loop_started") {
      const move = this.moveOf[at], back = this.path.begin[move] + this.path.wait[move] + this.path.drive[move];
      if (t < back) { now = this.named.returning; this.statusTo[u] = Math.min(this.statusTo[u], back); }
      else { now = name === "returning" ? this.named.free : now; this.statusFrom[u] = back; }
    } else if (name === "at_base" && r.kind[before(at - 1)] === this.code.loop_started) now = this.named.on_loop;
    this.status[u] = now;
    if (this.busy[now]) this.unitTask[u] = r.task[at];
  }

  findPiece(u, t) {
    const p = this.path, to = this.pathFrom[u + 1], i = latest(p.begin, this.pathFrom[u], to, t);
    this.goal[u] = -1;
    const next = i + 1 < to ? p.begin[i + 1] : Infinity;
    if (i < this.pathFrom[u]) return this.stand(u, NaN, NaN, -Infinity, next);
    const depart = p.begin[i] + p.wait[i], arrive = depart + p.drive[i];
    if (t >= arrive && p.loop[i]) return this.walk(u, i, t, next);
    if (t >= arrive) return this.stand(u, p.x1[i], p.y1[i], arrive, next);
    this.goal[u] = i;
    if (t < depart) return this.stand(u, p.x0[i], p.y0[i], p.begin[i], Math.min(depart, next));
    this.line(u, p.x0[i], p.y0[i], p.x1[i], p.y1[i], depart, arrive, p.loop[i] ? Math.min(arrive, next) : next);
  }

  walk(u, i, t, next) {
    const l = this.loop, a = this.loopFrom[u], b = this.loopFrom[u + 1], period = this.period[u];
    const ref = Math.min(this.ref[i], t), round = Math.floor((t - ref) / period), zero = ref + round * period;
    const k = Math.max(latest(l.arrive, a, b, t - zero), a), follower = k + 1 < b ? k + 1 : a;
    const leave = zero + l.arrive[k] + l.stay[k], reach = k + 1 < b ? zero + l.arrive[k + 1] : zero + period;
    if (t < leave || reach <= leave) return this.stand(u, l.x[k], l.y[k], zero + l.arrive[k], Math.min(t < leave ? leave : reach, next));
    this.line(u, l.x[k], l.y[k], l.x[follower], l.y[follower], leave, reach, next);
  }

  stand(u, x, y, from, to) {
    this.x0[u] = x; this.y0[u] = y; this.vx[u] = this.vy[u] = 0; this.since[u] = 0;
    this.validFrom[u] = from; this.validTo[u] = to;
  }

  line(u, x0, y0, x1, y1, from, to, next) {
    this.x0[u] = x0; this.y0[u] = y0; this.since[u] = from;
    this.vx[u] = (x1 - x0) / (to - from); this.vy[u] = (y1 - y0) / (to - from);
    this.validFrom[u] = from; this.validTo[u] = Math.min(to, next);
  }

  findState(i, t) {
    this.state[i] = this.states.none; this.stateFrom[i] = -Infinity; this.stateTo[i] = Infinity;
    for (const [at, now] of this.steps(i)) {
      if (at > t) { this.stateTo[i] = at; break; }
      this.state[i] = now; this.stateFrom[i] = at;
    }
    this.priority[i] = this.task.priority[i];
    for (let j = this.taskFrom[i]; j < this.taskFrom[i + 1]; j++) {
      const record = this.taskRecords[j], at = this.record.time[record];
      if (this.record.kind[record] !== this.code.escalated) continue;
      if (at <= t) { this.priority[i] = this.record.value[record]; this.stateFrom[i] = Math.max(this.stateFrom[i], at); }
      else this.stateTo[i] = Math.min(this.stateTo[i], at);
    }
  }

  // The parts of a task's response in seconds, as sim/measures/response.py counts them; null where no unit came.
  response(task) {
    const r = this.record, code = this.code, found = { unit: -1 };
    const sent = new Map();
    for (let i = this.taskFrom[task]; i < this.taskFrom[task + 1]; i++) {
      const record = this.taskRecords[i], kind = r.kind[record], t = r.time[record];
      if (kind === code.reported && found.reported === undefined) found.reported = t;
      if (kind === code.processed && found.processed === undefined) found.processed = t;
      if (kind === code.dispatched) sent.set(this.unitOf(record), record);
      if (kind === code.arrived && found.arrived === undefined) { found.arrived = t; found.unit = this.unitOf(record); }
      if (kind === code.arrived && found.arrived !== undefined) found.all = t;
    }
    if (found.arrived === undefined || found.reported === undefined) return null;
    const order = sent.get(found.unit), s = this.header.tick;
    const sentAt = r.time[order], ready = r.value[order], known = found.processed === undefined ? found.reported : found.processed;
    return {
      unit: found.unit, total: (found.arrived - found.reported) * s, call: (known - found.reported) * s, queue: (sentAt - known) * s,
      ready: ready * s, travel: (found.arrived - sentAt - ready) * s, arrived: found.arrived,
    };
  }

  // Things in each of `bins` equal parts of [a, b): a count per bin from intervals [from, to).
  series(a, b, bins, intervals) {
    const change = new Float64Array(bins + 1), width = (b - a) / bins;
    intervals((from, to, weight) => {
      if (to <= a || from >= b) return;
      change[Math.max(Math.floor((from - a) / width), 0)] += weight;
      const last = Math.floor((to - a) / width) + 1;
      if (last <= bins) change[last] -= weight;
    });
    for (let i = 1; i < bins; i++) change[i] += change[i - 1];
    return change.subarray(0, bins);
  }

  // Coverage at t (ticks) of the whole, or of one area: a share, or null outside the vote.
  coverage(t, area = -1) {
    const at = this.cover.at, i = latest(at, 0, at.length, t);
    if (i < 0 || (i === at.length - 1 && at.length > 1 && t - at[i] > at[1] - at[0])) return null;
    const value = area < 0 ? this.cover.all[i] : this.cover.areas[area * at.length + i];
    return value < 0 ? null : value / 1000;
  }

  // People at a gathering, or brought together by a rumour, at a moment in seconds.
  crowd(one, t) {
    if (one.doubling === undefined) {
      if (t <= one.doors || t >= one.gone) return 0;
      const early = one.start - one.early;
      const come = t >= one.start ? 1 : t >= early ? 1 - one.earlyShare + one.earlyShare * (t - early) / one.early
        : (1 - one.earlyShare) * (t - one.doors) / (early - one.doors);
      return one.people * (come - Math.min(Math.max((t - one.end) / Math.max(one.gone - one.end, 1), 0), 1));
    }
    if (t < one.at || t > one.end) return 0;
    const free = Math.min(t, one.corrected ?? Infinity) - one.at, slowed = Math.max(t - Math.max(one.corrected ?? Infinity, one.at), 0);
    return Math.min(one.start * 2 ** ((free + (1 - one.cut) * slowed) / one.doubling), Math.max(one.peak, one.start));
  }
}
