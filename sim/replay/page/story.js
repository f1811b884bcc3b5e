// The story of one task or one unit as text: every record with its cause, and the parts of the response.
const story = {
  // What a record says beside its name.
  detail(w, record) {
    const r = w.record, name = w.header.records[r.kind[record]], value = r.value[record], move = record < r.lists[0] ? w.moveOf[record] : -1;
    const drives = ["conveying", "returning", "leg_started"].includes(name), seconds = (drives && move >= 0 ? w.path.drive[move] : value) * w.header.tick;
    if (name === "lapsed" || name === "reported" || name === "ladder_step" || name === "alert_changed") return shared.words[name]?.[value] ?? "";
    if (name === "decision" || name === "effect_ended") return shared.words.effects[w.header.injects[value]] ?? w.header.injects[value] ?? "";
    if (name === "escalated") return shared.say("priority_n", { n: shared.number(value) });
    if (["handled", "scene_held", "on_duty", "relieved"].includes(name)) return shared.say("heads", { n: shared.number(value) });
    if (["rally_started", "rally_ended", "doors_opened", "venue_cleared"].includes(name)) return shared.say("people", { n: shared.number(value) });
    const waits = { processed: "waited", dispatched: "ready_in", conveying: "drives", returning: "drives", leg_started: "drives", handed_over: "takes", handed_to_force: "takes", leg_reached: "stays" };
    return waits[name] && seconds > 0 ? shared.say(waits[name], { time: shared.minutes(seconds) }) : "";
  },

  unit(w, u) { return `${shared.words.units[w.header.unitKinds[w.unit.kind[u]]]} ${shared.isolate(w.unit.id[u])}`; },
  task(w, i) { return shared.words.classes[w.header.classes[w.task.cls[i]].name]; },

  line(w, record, about) {
    const r = w.record, item = document.createElement("li"), unit = w.unitOf(record), task = w.taskOf(record);
    item.append(el("time", shared.clock(r.time[record])), " ", el("b", shared.words.records[w.header.records[r.kind[record]]]));
    const detail = story.detail(w, record);
    if (detail) item.append(" · ", el("span", detail));
    if (about === "task" && unit >= 0) item.append(" · ", link(story.unit(w, unit), () => shared.select({ kind: "unit", id: unit, pane: shared.paneOf(w) })));
    if (about === "unit" && task >= 0) item.append(" · ", link(story.task(w, task), () => shared.select({ kind: "task", id: task, pane: shared.paneOf(w) })));
    const cause = w.cause(record);
    if (cause >= 0) {
      const text = shared.say("because", { what: shared.words.records[w.header.records[r.kind[cause]]], time: shared.clock(r.time[cause]) });
      item.append(el("span", text, "cause"));
    }
    item.className = r.time[record] <= shared.t ? "past" : "later";
    return item;
  },

  // Everything about one task in one world.
  ofTask(w, i) {
    const box = el("div", "", "story");
    box.append(el("h3", story.task(w, i)), story.facts(w, i), story.parts(w, i), story.recordsOf(w, i));
    return box;
  },

  facts(w, i) {
    const group = w.header.groups[w.header.classes[w.task.cls[i]].group];
    const facts = [[shared.say("priority"), shared.number(w.task.priority[i])], [shared.say("area"), w.header.areas[w.task.area[i]].name],
      [shared.say("force"), shared.words.forces[w.header.forces[w.task.force[i]]]], [shared.say("group"), shared.words.groups[group]],
      [shared.say("state"), story.state(w, i)], [shared.say("number"), w.task.id[i]]];
    if (w.task.site) facts.splice(2, 0, [shared.say("place"), shared.place(w, w.task.site[i])]);
    return list(facts);
  },

  recordsOf(w, i) { return story.records(w, w.taskRecords.subarray(w.taskFrom[i], w.taskFrom[i + 1]), "task"); },

  state(w, i) {
    if (!w.happens[i]) return shared.words.taskStates.prevented;
    if (shared.t < w.from[i]) return shared.say("not_yet");
    w.findState(i, shared.t);
    return shared.words.taskStates[w.header.taskStatuses[w.state[i]]];
  },

  // Response time and its parts as a bar, which is as long as the whole where the time is `most` seconds.
  parts(w, i, most = 0) {
    const found = w.response(i), box = el("div", "", "parts");
    if (!found) { box.append(el("p", story.without(w, i), "note")); return box; }
    if (found.arrived > shared.t) { box.append(el("p", shared.say("nobody_there_yet"), "note")); return box; }
    const rows = ["call", "queue", "ready", "travel"], target = w.task.target[i];
    const bar = el("div", "", "bar");
    if (most > 0) bar.style.width = `${100 * found.total / most}%`;
    for (const name of rows) { const part = el("span", "", "part " + name); part.style.flexGrow = Math.max(found[name], 0); bar.append(part); }
    const total = shared.say("response", { time: shared.minutes(found.total) });
    const judged = target < 0 ? "" : shared.say(found.total <= target ? "within" : "beyond", { time: shared.minutes(target) });
    box.append(el("p", `${total} ${judged}`, found.total > target && target >= 0 ? "late" : "good"), bar);
    const shown = el("ul", "", "key");
    for (const name of rows) { const item = el("li", "", "part-name"); item.append(el("i", "", "part " + name), `${shared.say("part_" + name)} ${shared.minutes(found[name])}`); shown.append(item); }
    box.append(shown);
    return box;
  },

  // What became of a task to which no unit came, as far as it is known by now.
  without(w, i) {
    const r = w.record, seen = [...w.taskRecords.subarray(w.taskFrom[i], w.taskFrom[i + 1])].filter(record => r.time[record] <= shared.t);
    if (seen.some(record => r.kind[record] === w.code.prevented)) return shared.say("did_not_happen");
    if (seen.some(record => r.kind[record] === w.code.handled)) return shared.words.taskStates.handled;
    return shared.say(shared.t < w.until[i] ? "nobody_there_yet" : "no_unit_came");
  },

  ofUnit(w, u) {
    const box = el("div", "", "story");
    box.append(el("h3", story.unit(w, u)));
    const facts = [[shared.say("force"), shared.words.forces[w.header.forces[w.unit.force[u]]]], [shared.say("area"), w.header.areas[w.unit.area[u]].name],
      [shared.say("heads_title"), shared.number(w.unit.heads[u])], [shared.say("state"), shared.words.unitStates[w.header.unitStatuses[w.status[u]]]]];
    const records = Array.from({ length: w.unitFrom[u + 1] - w.unitFrom[u] }, (_, i) => w.unitFrom[u] + i);
    box.append(list(facts), story.records(w, records, "unit"));
    return box;
  },

  records(w, records, about) {
    const found = el("ol", "", "records");
    for (const record of records) found.append(story.line(w, record, about));
    return found;
  },
};

function el(name, text = "", cls = "") {
  const made = document.createElement(name);
  if (text !== "") made.textContent = text;
  if (cls) made.className = cls;
  return made;
}
function link(text, act) {
  const made = el("button", text, "link");
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}
function list(facts) {
  const found = el("dl");
  for (const [name, value] of facts) { const data = el("dd"); data.append(el("bdi", String(value))); found.append(el("dt", name), data); }
  return found;
}
