(function (model) {
  "use strict";
  var panel = document.getElementById("whatif-panel");
  if (!panel) { return; }

  // The same sums that Python made: a polynomial and cubes of distances, over factors scaled to 0 … 1.
  function estimate(surface, x) {
    var total = 0, i, k, part, far;
    for (i = 0; i < surface.coefficients.length; i += 1) {
      part = surface.coefficients[i];
      for (k = 0; k < x.length; k += 1) { part *= Math.pow(x[k], surface.exponents[i][k]); }
      total += part;
    }
    for (i = 0; i < surface.weights.length; i += 1) {
      far = 0;
      for (k = 0; k < x.length; k += 1) { far += Math.pow(x[k] - surface.centres[i][k], 2); }
      total += surface.weights[i] * Math.pow(Math.sqrt(far), 3);
    }
    return total;
  }

  function inside(x) {
    return model.hull.every(function (face) {
      var sum = face[x.length], k;
      for (k = 0; k < x.length; k += 1) { sum += face[k] * x[k]; }
      return sum <= model.tolerance;
    });
  }

  function bounded(value, measure) {
    return Math.min(Math.max(value, measure.low), measure.high === null ? Infinity : measure.high);
  }

  function written(value, digits) {
    var parts = Math.abs(value).toFixed(digits).split("."), text, sign;
    text = parts[0].replace(/\B(?=(\d{3})+$)/g, model.marks.group);
    if (parts.length > 1) { text += model.marks.decimal + parts[1]; }
    sign = value < 0 && /[1-9]/.test(text) ? model.marks.minus : "";
    return sign + text.replace(/[0-9]/g, function (digit) { return model.marks.digits[Number(digit)]; });
  }

  function chosen() {
    return model.factors.map(function (factor, k) { return Number(document.getElementById("whatif-" + k).value); });
  }

  function scaled(at) {
    return model.factors.map(function (factor, k) { return (factor.values[at[k]] - factor.low) / (factor.high - factor.low); });
  }

  function command(at) {
    var moved = model.factors.filter(function (factor, k) { return at[k] !== factor.baseline; });
    var words = ["pollday", "sweep"].concat(moved.length > 1 ? ["design=zip"] : [], model.words);
    model.factors.forEach(function (factor, k) {
      var value = factor.typed[at[k]], base = factor.typed[factor.baseline];
      words.push(factor.key + "=" + (at[k] === factor.baseline ? value : base + "," + value));
    });
    return words.concat(model.after).join(" ");
  }

  function show() {
    var at = chosen(), x = scaled(at), known = inside(x), baseline = true;
    model.factors.forEach(function (factor, k) {
      var slider = document.getElementById("whatif-" + k);
      document.getElementById("whatif-value-" + k).textContent = factor.texts[at[k]];
      slider.setAttribute("aria-valuetext", factor.texts[at[k]]);
      baseline = baseline && at[k] === factor.baseline;
    });
    model.measures.forEach(function (measure, m) {
      var value = bounded(estimate(measure.surface, x), measure);
      document.getElementById("whatif-estimate-" + m).textContent =
        known ? written(value / measure.scale, measure.digits) : model.texts.none;
    });
    document.getElementById("whatif-state").textContent = known ? "" : model.texts.outside;
    panel.classList.toggle("outside", !known);
    document.getElementById("whatif-same").textContent = baseline ? model.texts.baseline : "";
    document.getElementById("whatif-command").textContent = baseline ? "" : command(at);
    document.getElementById("whatif-copy").disabled = baseline;
    document.getElementById("whatif-copied").textContent = "";
  }

  function copied(well) {
    document.getElementById("whatif-copied").textContent = well ? model.texts.copied : model.texts.not_copied;
  }

  // A page opened from a disk may not use the clipboard; then the text is marked and copied as by hand.
  function copy_marked() {
    var range = document.createRange(), marked = window.getSelection();
    range.selectNodeContents(document.getElementById("whatif-command"));
    marked.removeAllRanges();
    marked.addRange(range);
    try { copied(document.execCommand("copy")); } catch (error) { copied(false); }
  }

  function copy() {
    var text = document.getElementById("whatif-command").textContent;
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(function () { copied(true); }, copy_marked);
    } else {
      copy_marked();
    }
  }

  model.factors.forEach(function (factor, k) { document.getElementById("whatif-" + k).addEventListener("input", show); });
  document.getElementById("whatif-copy").addEventListener("click", copy);
  document.getElementById("whatif-reset").addEventListener("click", function () {
    model.factors.forEach(function (factor, k) { document.getElementById("whatif-" + k).value = String(factor.baseline); });
    show();
  });
  panel.pollday = { estimate: function (m, x) { return estimate(model.measures[m].surface, x); }, inside: inside };
  panel.hidden = false;
  show();
}(MODEL));
