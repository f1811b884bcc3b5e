// How things look: colours of the theme, and the marks of units and incidents. Shape says what, fill says how far it has got,
// and colour only repeats it, so that nothing is said by colour alone.
const marks = {
  colours: {},

  read() {
    const style = getComputedStyle(document.documentElement);
    marks.sprites.clear();
    for (const name of ["ground", "land", "line", "strong", "ink", "quiet", "halo", "free", "going", "scene", "escort", "p1", "p2", "p3", "p4",
      "planned", "crowd", "site", "accent", "differs", "cover0", "cover1", "cover2", "cover3", "cover4", "other"]) {
      marks.colours[name] = style.getPropertyValue("--" + name).trim();
    }
  },

  // Draws the outline of an incident's mark: triangle, diamond, square, dot by priority; planned tasks are small squares.
  shape(c, x, y, r, priority, planned) {
    if (planned) { c.rect(x - r * 0.62, y - r * 0.62, r * 1.24, r * 1.24); return; }
    if (priority <= 1) {
      c.moveTo(x, y - r * 1.25); c.lineTo(x + r * 1.15, y + r * 0.8); c.lineTo(x - r * 1.15, y + r * 0.8); c.closePath();
    } else if (priority === 2) {
      c.moveTo(x, y - r * 1.15); c.lineTo(x + r * 1.15, y); c.lineTo(x, y + r * 1.15); c.lineTo(x - r * 1.15, y); c.closePath();
    } else if (priority === 3) c.rect(x - r * 0.85, y - r * 0.85, r * 1.7, r * 1.7);
    else { c.moveTo(x + r * 0.8, y); c.arc(x, y, r * 0.8, 0, 7); }
  },

  // Marks are drawn once and copied: a path of thousands of circles costs a browser without a graphics card a tenth of a second.
  sprites: new Map(),
  copy(c, x, y, reach, name, draw) {
    const ratio = Math.min(devicePixelRatio || 1, 2);
    let sprite = marks.sprites.get(name);
    if (!sprite) {
      sprite = document.createElement("canvas");
      sprite.width = sprite.height = Math.ceil(2 * reach * ratio);
      const own = sprite.getContext("2d");
      own.scale(ratio, ratio);
      draw(own, sprite.width / 2 / ratio);
      marks.sprites.set(name, sprite);
    }
    const half = sprite.width / 2 / ratio;
    c.drawImage(sprite, Math.round((x - half) * ratio) / ratio, Math.round((y - half) * ratio) / ratio, 2 * half, 2 * half);
  },

  // state: 0 nobody knows yet, 1 being reported, 2 waiting, 3 on the way, 4 attended
  incident(c, x, y, r, priority, planned, state) {
    marks.copy(c, x, y, r * 2.1 + 3, `i${r}${priority}${planned}${state}`, (own, m) => marks.fresh(own, m, m, r, priority, planned, state));
  },
  fresh(c, x, y, r, priority, planned, state) {
    const colour = marks.colours[planned ? "planned" : "p" + Math.min(priority, 4)];
    if (state === 2) {
      c.beginPath(); c.arc(x, y, r * 2.1, 0, 7); c.strokeStyle = colour; c.lineWidth = 1.6; c.stroke();
    }
    c.beginPath(); marks.shape(c, x, y, r, priority, planned);
    c.lineWidth = 3.2; c.strokeStyle = marks.colours.halo; c.stroke();
    const filled = state === 1 || state === 2 || state === 3;
    c.fillStyle = filled ? colour : marks.colours.halo; c.fill();
    c.setLineDash(state === 0 ? [2, 2] : []);
    c.lineWidth = 1.7; c.strokeStyle = colour; c.stroke();
    c.setLineDash([]);
    if (state === 4) { c.beginPath(); c.arc(x, y, r * 0.36, 0, 7); c.fillStyle = colour; c.fill(); }
  },

  // Adds the outline of a unit's mark to the path: police round, gendarmerie square, others a triangle.
  unit(c, x, y, r, force) {
    if (force === 0) { c.moveTo(x + r, y); c.arc(x, y, r, 0, 7); }
    else if (force === 1) c.rect(x - r * 0.88, y - r * 0.88, r * 1.76, r * 1.76);
    else { c.moveTo(x, y - r); c.lineTo(x + r, y + r); c.lineTo(x - r, y + r); c.closePath(); }
  },

  // cls: 0 free, 1 on its way, 2 at the scene, 3 on an escort
  unitMark(c, x, y, r, force, cls) {
    marks.copy(c, x, y, r + 3, `u${r}${force}${cls}`, (own, m) => {
      const k = marks.colours;
      own.beginPath(); marks.unit(own, m, m, cls ? r * 1.15 : r, force);
      own.fillStyle = [k.halo, k.going, k.scene, k.escort][cls]; own.fill();
      own.lineWidth = cls ? 1 : 1.2; own.strokeStyle = cls ? k.halo : k.free; own.stroke();
    });
  },

  text(c, text, x, y, colour, weight = 400, size = 12, align = "center") {
    c.font = `${weight} ${size}px pollday, sans-serif`; c.textAlign = align; c.textBaseline = "middle";
    c.lineJoin = "round"; c.lineWidth = 3.4; c.strokeStyle = marks.colours.halo; c.strokeText(text, x, y);
    c.fillStyle = colour; c.fillText(text, x, y);
  },
};
