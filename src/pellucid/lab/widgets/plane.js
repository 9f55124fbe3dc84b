// Two axes with marks on them: contour, curve, fit, boundary, clusters, bars, histogram, number line.
const GROUNDS = ["field", "regions", "cells"];
const powers = value => value === 0 ? "1" : value === 1 ? "10" : "10" + String(value).replace(/./g, d => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d] ?? "⁻");

// The place of a value on the canvas and back.
function axes(picture, width, height, tools, wide) {
  const [left, right, low, high] = picture.box;
  const margin = { left: picture.bare ? 10 : 50, right: 12, top: 10, bottom: picture.x ? 38 : 24 };
  let [w, h] = [width - margin.left - margin.right, height - margin.top - margin.bottom];
  const logX = picture.logs.includes("x"), logY = picture.logs.includes("y");
  const on = (value, log) => (log ? Math.log10(Math.max(value, 1e-300)) : value);
  let [x0, x1, y0, y1] = [on(left, logX), on(right, logX), on(low, logY), on(high, logY)];
  // The numbers of the upright axis, and room for the widest beside the axis's name.
  const numbers = () => tools.ticks(y0, y1, Math.max(2, Math.floor(h / 55)), logY || whole(picture, "y", tools)).map(v => [logY ? 10 ** v : v, logY ? powers(v) : tools.number(v)]);
  const more = picture.bare ? 0 : Math.max(0, ...numbers().map(([, text]) => wide(text) + 26 - margin.left));
  margin.left += more; w -= more;
  if (picture.equal) {
    const units = [(x1 - x0) / w, (y1 - y0) / h], ground = grounded(picture);
    const unit = ground && picture.bare ? Math.min(...units) : Math.max(...units);
    // A ground was computed inside the box: the axes end where it does.
    if (ground && !picture.bare) [w, h] = [(x1 - x0) / unit, (y1 - y0) / unit];
    const [cx, cy] = [(x0 + x1) / 2, (y0 + y1) / 2];
    [x0, x1, y0, y1] = [cx - unit * w / 2, cx + unit * w / 2, cy - unit * h / 2, cy + unit * h / 2];
  }
  const upright = numbers();
  // Names that do not fit side by side stand in two rows.
  const slot = w / (picture.names.length || 1), staggered = picture.names.some(name => wide(name) > slot - 4);
  if (staggered) { margin.bottom += 15; h -= 15; }
  const far = v => Math.max(-1e5, Math.min(1e5, v));
  return {
    margin, w, h, slot, staggered, width, height, logX, logY, upright, span: [x0, x1, y0, y1],
    X: v => far(margin.left + (on(v, logX) - x0) / (x1 - x0) * w),
    Y: v => far(margin.top + h - (on(v, logY) - y0) / (y1 - y0) * h),
    back: (px, py) => {
      const x = x0 + (px - margin.left) / w * (x1 - x0), y = y0 + (margin.top + h - py) / h * (y1 - y0);
      return [logX ? 10 ** x : x, logY ? 10 ** y : y];
    },
  };
}

function grounded(picture) { return picture.marks.some(mark => GROUNDS.includes(mark.mark)); }

function frame(g, el, tools, picture, a, lines) {
  const [x0, x1] = a.span, soft = tools.ink(el, "soft"), thin = tools.ink(el, "line");
  g.font = tools.font(); g.fillStyle = soft; g.strokeStyle = thin; g.lineWidth = 1;
  g.textAlign = "center";
  const below = a.margin.top + a.h + 16;
  if (picture.names.length) {
    picture.names.forEach((name, i) => {
      const room = a.slot * (a.staggered ? 2 : 1) - 4, half = Math.min(g.measureText(name).width, room) / 2;
      g.fillText(name, Math.max(half + 1, Math.min(a.X(i), a.width - half - 1)), below + (a.staggered && i % 2 ? 15 : 0), room);
    });
  } else {
    for (const v of tools.ticks(x0, x1, Math.max(2, Math.floor(a.w / 90)), a.logX || whole(picture, "x", tools))) g.fillText(a.logX ? powers(v) : tools.number(v), a.X(a.logX ? 10 ** v : v), below);
  }
  if (picture.x) g.fillText(picture.x, a.margin.left + a.w / 2, below + (a.staggered ? 33 : 18));
  if (picture.bare) return;
  g.textAlign = "right";
  for (const [value, text] of a.upright) {
    const y = a.Y(value);
    if (lines) { g.beginPath(); g.moveTo(a.margin.left, y); g.lineTo(a.margin.left + a.w, y); g.stroke(); }
    g.fillText(text, a.margin.left - 6, y + 4);
  }
  g.save(); g.translate(11, a.margin.top + a.h / 2); g.rotate(-Math.PI / 2); g.textAlign = "center";
  g.fillText(picture.y, 0, 0); g.restore();
}

// Pixels of a grid, made once for a grid and a size: level bands, sides, or areas.
function ground(mark, Z, picture, a, paint) {
  const [w, h] = [Math.max(1, Math.round(a.w)), Math.max(1, Math.round(a.h))];
  const board = document.createElement("canvas");
  Object.assign(board, { width: w, height: h });
  const context = board.getContext("2d"), image = context.createImageData(w, h);
  const [rows, columns] = Z.shape, [left, right, low, high] = picture.box;
  const levels = new Float32Array(w * h), nearest = mark.mark === "regions" && !mark.signs;
  for (let j = 0; j < h; j++) for (let i = 0; i < w; i++) {
    const [x, y] = a.back(a.margin.left + i + 0.5, a.margin.top + j + 0.5);
    const u = Math.max(0, Math.min((x - left) / (right - left) * (columns - 1), columns - 1));
    const v = Math.max(0, Math.min((y - low) / (high - low) * (rows - 1), rows - 1));
    const c = Math.min(Math.floor(u), columns - 2), r = Math.min(Math.floor(v), rows - 2), p = u - c, q = v - r;
    const k = r * columns + c;
    if (nearest) { levels[j * w + i] = heaviest([Z[k], Z[k + 1], Z[k + columns], Z[k + columns + 1]], p, q); continue; }
    levels[j * w + i] = (Z[k] * (1 - p) + Z[k + 1] * p) * (1 - q) + (Z[k + columns] * (1 - p) + Z[k + columns + 1] * p) * q;
  }
  paint(levels, w, h, image.data);
  context.putImageData(image, 0, 0);
  return board;
}

// Of four classes around a place, the one that weighs most there.
function heaviest(classes, p, q) {
  if (classes[0] === classes[1] && classes[0] === classes[2] && classes[0] === classes[3]) return classes[0];
  const weights = [(1 - p) * (1 - q), p * (1 - q), (1 - p) * q, p * q];
  let best = 0, most = -1;
  for (const own of classes) {
    const sum = weights.reduce((total, weight, i) => total + (classes[i] === own ? weight : 0), 0);
    if (sum > most) [best, most] = [own, sum];
  }
  return best;
}

function edges(band, w, h, i, j) {
  const own = band[j * w + i];
  return (i + 1 < w && band[j * w + i + 1] !== own) || (j + 1 < h && band[(j + 1) * w + i] !== own);
}

const grounds = new WeakMap(); // mark → [what it was made for, its pixels]

function background(mark, c, paint) {
  const { g, a, el, tools, picture, t } = c, Z = tools.flat(tools.now(mark.z, t));
  const key = [a.w, a.h, tools.ink(el, "page"), mark.z.moving ? t : 0, a.span].join();
  let [was, board] = grounds.get(mark) ?? [];
  if (was !== key) grounds.set(mark, [key, board = ground(mark, Z, picture, a, paint(Z))]);
  g.drawImage(board, a.margin.left, a.margin.top, a.w, a.h);
}

const MARKS = {
  field(mark, c) {
    const { el, tools, g } = c;
    g.globalAlpha = c.hover && mark.term && c.hover !== mark.term ? 0.6 : 1;
    background(mark, c, Z => (levels, w, h, pixels) => {
      let [low, high] = [mark.least ?? Infinity, -Infinity];
      for (const z of Z) { if (mark.least === undefined && z < low) low = z; if (z > high && z < 1e29) high = z; }
      const bands = mark.bands, band = new Uint8Array(w * h);
      const level = Array.from({ length: bands }, (_, i) => low + (high - low) * ((i + 1) / bands) ** 2.4);
      for (let i = 0; i < band.length; i++) { let k = 0; while (k < bands && levels[i] > level[k]) k++; band[i] = k; }
      const [from, to, soft] = ["low", "high", "soft"].map(name => tools.rgb(tools.ink(el, name)));
      for (let j = 0; j < h; j++) for (let i = 0; i < w; i++) {
        const at = 4 * (j * w + i), colour = tools.mixed(from, to, band[j * w + i] / bands);
        const line = edges(band, w, h, i, j) ? 0.28 : 0;
        for (let s = 0; s < 3; s++) pixels[at + s] = colour[s] * (1 - line) + soft[s] * line;
        pixels[at + 3] = 255;
      }
    });
    g.globalAlpha = 1;
  },

  regions(mark, c) {
    const { el, tools } = c;
    background(mark, c, () => (levels, w, h, pixels) => {
      const band = new Uint8Array(w * h);
      for (let i = 0; i < band.length; i++) band[i] = mark.signs ? (levels[i] > 0 ? 1 : 0) : levels[i];
      const names = mark.colours.length ? mark.colours : mark.signs ? ["orange", "blue"] : null;
      const page = tools.rgb(tools.ink(el, "page")), ink = tools.rgb(tools.ink(el, "ink"));
      const colour = k => tools.mixed(page, tools.rgb(tools.ink(el, names ? names[k] : `series-${k % 8}`)), 0.2);
      const colours = Array.from({ length: 1 + band.reduce((m, k) => Math.max(m, k), 0) }, (_, k) => colour(k));
      for (let j = 0; j < h; j++) for (let i = 0; i < w; i++) {
        const at = 4 * (j * w + i), own = edges(band, w, h, i, j) ? ink : colours[band[j * w + i]];
        for (let s = 0; s < 3; s++) pixels[at + s] = own[s];
        pixels[at + 3] = 255;
      }
    });
  },

  cells(mark, c) {
    const { g, a, el, tools, t } = c, Z = tools.flat(tools.now(mark.z, t)), [rows, columns] = Z.shape;
    let top = 1e-12;
    for (const z of Z) if (Math.abs(z) > top) top = Math.abs(z);
    const [w, h] = [a.w / columns, a.h / rows];
    for (let r = 0; r < rows; r++) for (let k = 0; k < columns; k++) {
      const z = Z[r * columns + k], [x, y] = [a.margin.left + k * w, a.margin.top + r * h];
      g.fillStyle = `rgb(${tools.heat(el, z / top)})`;
      g.fillRect(x, y, Math.ceil(w), Math.ceil(h));
      if (mark.numbers && w > 26) {
        g.fillStyle = tools.ink(el, "ink"); g.textAlign = "center"; g.font = tools.font(11);
        g.fillText(tools.number(z, 2), x + w / 2, y + h / 2 + 4);
      }
    }
  },

  points(mark, c) {
    const { g, a, el, tools, t } = c;
    const [x, y, group, signs] = [mark.x, mark.y, mark.group, mark.signs].map(v => v === undefined ? v : tools.flat(tools.now(v, t)));
    const labels = mark.label && tools.now(mark.label, t), lit = mark.term && c.hover === mark.term;
    const own = tools.colour(el, mark, "grey"), size = mark.size * (lit ? 1.35 : 1);
    const crowd = x.length > 800 ? 0.35 : 0.6;
    for (let i = 0; i < x.length; i++) {
      const [px, py] = [a.X(x[i]), a.Y(y[i])];
      g.fillStyle = g.strokeStyle = group ? tools.ink(el, `series-${group[i] % 8}`) : signs ? tools.ink(el, signs[i] > 0 ? "blue" : "orange") : own;
      g.globalAlpha = lit || mark.size > 4 ? 1 : group || signs ? 0.9 : crowd;
      if (signs) {
        g.lineWidth = 2; g.beginPath(); g.moveTo(px - 4, py); g.lineTo(px + 4, py);
        if (signs[i] > 0) { g.moveTo(px, py - 4); g.lineTo(px, py + 4); }
        g.stroke();
      } else if (mark.shape === "ring") {
        g.lineWidth = 1.8; g.beginPath(); g.arc(px, py, size, 0, 7); g.stroke();
      } else { g.beginPath(); g.arc(px, py, size, 0, 7); g.fill(); }
      if (labels?.[i]) label(c, labels[i], tools.ink(el, "ink"), [[px, py]], { gap: size + 4, size: 11, weight: 400 });
      if (i % Math.ceil(x.length / 400) === 0) c.busy.push(px, py);
    }
    g.globalAlpha = 1;
  },

  line(mark, c) {
    const { g, a, el, tools, t } = c, [x, y] = [mark.x, mark.y].map(v => tools.flat(tools.now(v, t)));
    const lit = mark.term && c.hover === mark.term;
    g.strokeStyle = tools.colour(el, mark); g.lineWidth = mark.width * (lit ? 1.7 : 1);
    g.setLineDash(mark.dashed ? [6, 5] : []);
    const seen = trace(c, x, y, x.length); g.setLineDash([]);
    along(c, tools.filled(tools.now(mark.label, t), c.words), g.strokeStyle, seen);
  },

  progress(mark, c) {
    const { g, a, el, tools, t } = c, y = tools.flat(mark.y);
    const x = mark.x ? tools.flat(mark.x) : Array.from(y, (_, i) => i), at = Math.min(t, y.length - 1);
    g.strokeStyle = g.fillStyle = tools.colour(el, mark, "rose");
    g.globalAlpha = 0.3; g.lineWidth = 2; const seen = trace(c, x, y, y.length); g.globalAlpha = 1;
    g.lineWidth = mark.term && c.hover === mark.term ? 4.5 : 2.6; trace(c, x, y, at + 1);
    g.beginPath(); g.arc(a.X(x[at]), a.Y(y[at]), 5, 0, 7); g.fill();
    along(c, mark.label, g.strokeStyle, seen);
  },

  path(mark, c) {
    const { g, a, el, tools, t } = c, P = tools.flat(mark.p), count = P.length / 2, at = Math.min(t, count - 1);
    const place = i => [a.X(P[2 * i]), a.Y(P[2 * i + 1])], ink = tools.ink(el, "ink"), page = tools.ink(el, "page");
    g.strokeStyle = g.fillStyle = ink; g.globalAlpha = 0.75; g.lineWidth = 1.3; g.beginPath();
    for (let i = 0; i <= at; i++) { g[i ? "lineTo" : "moveTo"](...place(i)); c.busy.push(...place(i)); }
    g.stroke(); g.globalAlpha = 1;
    for (let i = 0; i < at; i++) { g.beginPath(); g.arc(...place(i), 2.3, 0, 7); g.fill(); }
    const own = tools.colour(el, mark), [x, y] = place(at);
    if (mark.next && at + 1 < count) {
      g.strokeStyle = tools.colour(el, { term: mark.next }); g.lineWidth = c.hover === mark.next ? 5 : 3;
      g.beginPath(); g.moveTo(x, y); g.lineTo(...place(at + 1)); g.stroke();
    }
    g.fillStyle = page; g.strokeStyle = ink; g.lineWidth = 2; g.beginPath(); g.arc(...place(0), 4.5, 0, 7); g.fill(); g.stroke();
    g.fillStyle = own; g.strokeStyle = page; g.beginPath(); g.arc(x, y, mark.term && c.hover === mark.term ? 10 : 7, 0, 7); g.fill(); g.stroke();
  },

  arrow(mark, c) {
    const { g, a, el, tools, t } = c, from = tools.flat(tools.now(mark.from, t)), to = tools.flat(tools.now(mark.to, t));
    let [x0, y0, x1, y1] = [a.X(from[0]), a.Y(from[1]), a.X(to[0]), a.Y(to[1])];
    const long = Math.hypot(x1 - x0, y1 - y0);
    if (!(long > 1e-9)) return;
    if (mark.length) { const k = mark.length / long; [x1, y1] = [x0 + (x1 - x0) * k, y0 + (y1 - y0) * k]; }
    const angle = Math.atan2(y1 - y0, x1 - x0), lit = mark.term && c.hover === mark.term;
    g.strokeStyle = g.fillStyle = tools.colour(el, mark); g.lineWidth = lit ? 4.5 : 2.6;
    g.beginPath(); g.moveTo(x0, y0); g.lineTo(x1 - 6 * Math.cos(angle), y1 - 6 * Math.sin(angle)); g.stroke();
    g.beginPath(); g.moveTo(x1, y1);
    for (const turn of [2.7, -2.7]) g.lineTo(x1 + 11 * Math.cos(angle + turn), y1 + 11 * Math.sin(angle + turn));
    g.fill();
    for (let k = 0; k <= 4; k++) c.busy.push(x0 + (x1 - x0) * k / 4, y0 + (y1 - y0) * k / 4);
    const [across, up] = [Math.cos(angle) < -0.3 ? -1 : 1, Math.sin(angle) < 0 ? -1 : 1];
    label(c, tools.filled(tools.now(mark.label, t), c.words), g.fillStyle, [[x1, y1]], { gap: 8, order: [[across, up], [across, -up], [-across, up], [0, up], [-across, -up]] });
  },

  segments(mark, c) {
    const { g, a, el, tools, t } = c, [x0, y0, x1, y1] = ["x0", "y0", "x1", "y1"].map(k => tools.flat(tools.now(mark[k], t)));
    g.strokeStyle = g.fillStyle = tools.colour(el, mark, "rose"); g.lineWidth = mark.squares ? 1 : 1.4;
    g.setLineDash(mark.dashed ? [4, 4] : []);
    for (let i = 0; i < x0.length; i++) {
      const [px, py, qx, qy] = [a.X(x0[i]), a.Y(y0[i]), a.X(x1[i]), a.Y(y1[i])];
      g.globalAlpha = 0.7; g.beginPath(); g.moveTo(px, py); g.lineTo(qx, qy); g.stroke();
      if (!mark.squares) continue;
      const side = Math.abs(qy - py), left = px + side > a.margin.left + a.w ? px - side : px;
      g.globalAlpha = mark.term && c.hover === mark.term ? 0.4 : Math.min(0.16, 1.8 / x0.length); g.fillRect(left, Math.min(py, qy), side, side);
      g.globalAlpha = x0.length > 30 ? 0.3 : 0.6; g.strokeRect(left, Math.min(py, qy), side, side);
    }
    g.globalAlpha = 1; g.setLineDash([]);
  },

  bars(mark, c) {
    const { g, a, el, tools, t } = c, [x, y, base, group] = [mark.x, mark.y, mark.base, mark.group].map(v => v === undefined ? v : tools.flat(tools.now(v, t)));
    const labels = mark.label && tools.now(mark.label, t), lit = mark.term && c.hover === mark.term;
    for (let i = 0; i < x.length; i++) {
      const [left, right] = [a.X(x[i] - mark.width / 2), a.X(x[i] + mark.width / 2)];
      const [top, bottom] = [a.Y(y[i]), a.Y(base[Math.min(i, base.length - 1)])];
      g.fillStyle = group ? tools.ink(el, `series-${group[i] % 8}`) : tools.colour(el, mark, "grey");
      g.globalAlpha = lit ? 1 : 0.75; g.fillRect(left, Math.min(top, bottom), Math.max(right - left, 1), Math.abs(bottom - top)); g.globalAlpha = 1;
      if (labels?.[i]) label(c, labels[i], tools.ink(el, "ink"), [[(left + right) / 2, Math.min(top, bottom)]], { order: [[0, -1], [0, 1]] });
    }
  },

  area(mark, c) {
    const { g, a, el, tools, t } = c, [x, low, high] = ["x", "low", "high"].map(k => tools.flat(tools.now(mark[k], t)));
    g.fillStyle = tools.colour(el, mark, "grey"); g.globalAlpha = 0.2; g.beginPath();
    for (let i = 0; i < x.length; i++) g[i ? "lineTo" : "moveTo"](a.X(x[i]), a.Y(high[i]));
    for (let i = x.length - 1; i >= 0; i--) g.lineTo(a.X(x[i]), a.Y(low[i]));
    g.fill(); g.globalAlpha = 1;
  },

  rule(mark, c) {
    const { g, a, el, tools, t } = c, x = tools.now(mark.x, t), y = tools.now(mark.y, t);
    g.strokeStyle = tools.colour(el, mark, "soft"); g.lineWidth = mark.term && c.hover === mark.term ? 3 : 1.6;
    g.setLineDash([5, 4]); g.beginPath();
    if (x !== undefined) { g.moveTo(a.X(x), a.margin.top); g.lineTo(a.X(x), a.margin.top + a.h); }
    else { g.moveTo(a.margin.left, a.Y(y)); g.lineTo(a.margin.left + a.w, a.Y(y)); }
    g.stroke(); g.setLineDash([]);
    const { margin, w, h } = a, shares = Array.from({ length: 33 }, (_, k) => k / 32);
    for (const k of shares) c.busy.push(x !== undefined ? a.X(x) : margin.left + w * k, x !== undefined ? margin.top + h * k : a.Y(y));
    const said = tools.filled(tools.now(mark.label, t), c.words);
    if (x !== undefined) label(c, said, g.strokeStyle, [0, 16, 32, h - 40].map(d => [a.X(x), margin.top + d]), { order: [[1, 1], [-1, 1]] });
    else label(c, said, g.strokeStyle, [1, 0.6, 0.3].map(k => [margin.left + w * k, a.Y(y)]), { order: [[-1, -1], [-1, 1]] });
  },

  spot(mark, c) {
    const { g, a, el, tools, t } = c, [x, y] = [a.X(tools.now(mark.x, t)), a.Y(tools.now(mark.y, t))];
    const s = mark.size * (mark.term && c.hover === mark.term ? 1.4 : 1), page = tools.ink(el, "page");
    g.strokeStyle = g.fillStyle = tools.colour(el, mark); g.lineWidth = 1.8; g.beginPath();
    if (mark.shape === "cross") { g.moveTo(x - s, y); g.lineTo(x + s, y); g.moveTo(x, y - s); g.lineTo(x, y + s); g.stroke(); }
    if (mark.shape === "ring") { g.arc(x, y, s, 0, 7); g.stroke(); }
    if (mark.shape === "dot") { g.arc(x, y, s, 0, 7); g.fill(); g.strokeStyle = page; g.stroke(); }
    if (mark.shape === "diamond") {
      g.moveTo(x, y - s); g.lineTo(x + s, y); g.lineTo(x, y + s); g.lineTo(x - s, y); g.closePath();
      g.fill(); g.strokeStyle = page; g.lineWidth = 2; g.stroke();
    }
    around(c, x, y, s);
    label(c, tools.filled(tools.now(mark.label, t), c.words), g.fillStyle, [[x, y]], { gap: s + 3 });
  },

  handle(mark, c) {
    const { g, a, el, tools } = c, [x, y] = [a.X(mark.x), a.Y(mark.y)];
    const own = tools.colour(el, mark), page = tools.ink(el, "page");
    [g.fillStyle, g.strokeStyle] = mark.hollow ? [page, own] : [own, page];
    g.lineWidth = mark.hollow ? 3 : 2;
    g.beginPath(); g.arc(x, y, mark.hollow ? 6 : 7.5, 0, 7); g.fill(); g.stroke();
    around(c, x, y, 7);
  },
};

// Draws a line where its numbers are finite; gives its places inside the picture.
function trace(c, x, y, count) {
  const { g, a } = c, { margin } = a, seen = [];
  let before = null;
  g.lineJoin = "round"; g.beginPath();
  for (let i = 0; i < count; i++) {
    if (!Number.isFinite(y[i]) || !Number.isFinite(x[i])) { before = null; continue; }
    const now = [a.X(x[i]), a.Y(y[i])], parts = before ? Math.min(60, Math.ceil(Math.hypot(now[0] - before[0], now[1] - before[1]) / 8)) : 1;
    g[before ? "lineTo" : "moveTo"](...now);
    for (let k = 1; k <= parts; k++) {
      const place = before ? now.map((v, d) => before[d] + (v - before[d]) * k / parts) : now;
      if (place[0] < margin.left - 1 || place[0] > margin.left + a.w + 1 || place[1] < margin.top || place[1] > margin.top + a.h) continue;
      seen.push(place); c.busy.push(...place);
    }
    before = now;
  }
  g.stroke();
  return seen;
}

function around(c, x, y, size) {
  for (const [dx, dy] of SIDES) c.busy.push(x + dx * size * 0.8, y + dy * size * 0.8);
}

// Words beside what they name. They are written last, each at that place around its anchors where
// it hides the least: order of preference, other words, lines and points are weighed.
const SIDES = [[1, -1], [-1, -1], [1, 1], [-1, 1], [0, -1], [0, 1]];

function label(c, text, colour, anchors, { gap = 6, order = SIDES, size = 12.5, weight = 600 } = {}) {
  if (text && anchors.length) c.labels.push({ text, colour, anchors, gap, order, size, weight });
}

// Of a line: near its end, or further back.
function along(c, text, colour, seen) {
  const anchors = [1, 0.85, 0.7, 0.5, 0.3].map(share => seen[Math.floor((seen.length - 1) * share)]).filter(Boolean);
  label(c, text, colour, anchors, { order: [[-1, -1], [-1, 1], [0, -1], [0, 1], [1, -1], [1, 1]] });
}

function write(c) {
  const { g, el, tools, held } = c, taken = [];
  g.textAlign = "left"; g.lineJoin = "round"; g.lineWidth = 3.5;
  c.labels.forEach((own, index) => {
    g.font = tools.font(own.size, own.weight);
    const wide = g.measureText(own.text).width, places = own.anchors.flatMap((anchor, k) => own.order.map((side, i) => placed(c, own, wide, anchor, side, 2 * k + 0.7 * i)));
    // The place it had, so that words do not jump about while a run is played.
    const cost = (place, i) => place.cost + hidden(c, taken, place) - (held[index] === i ? 2 : 0);
    const costs = places.map(cost), at = costs.indexOf(Math.min(...costs)), { left, base } = places[at];
    held[index] = at; taken.push(places[at]);
    g.strokeStyle = tools.ink(el, "page"); g.globalAlpha = 0.85; g.strokeText(own.text, left, base); g.globalAlpha = 1;
    g.fillStyle = own.colour; g.fillText(own.text, left, base);
  });
}

function placed({ a }, { gap, size }, wide, [x, y], [dx, dy], cost) {
  const { margin, w, h } = a, high = 0.8 * size, wanted = x + dx * gap - (1 - dx) / 2 * wide;
  const left = Math.max(margin.left + 2, Math.min(wanted, margin.left + w - 2 - wide));
  const free = y + (dy < 0 ? -0.7 * gap : 0.7 * gap + high), base = Math.max(margin.top + high + 1, Math.min(free, margin.top + h - 3));
  return { left, base, right: left + wide, top: base - high, cost: cost + (left !== wanted ? 1 : 0) + (base !== free ? 30 : 0) };
}

// How much a place would hide: words weigh most.
function hidden({ busy }, taken, { left, right, top, base }) {
  let found = 0;
  for (const other of taken) if (left < other.right + 3 && right > other.left - 3 && top < other.base + 3 && base > other.top - 3) found += 60;
  for (let i = 0; i < busy.length; i += 2) if (busy[i] > left - 2 && busy[i] < right + 2 && busy[i + 1] > top - 2 && busy[i + 1] < base + 2) found += 1;
  return found;
}

// Whether all numbers along an axis are whole: then its ticks are too.
const wholes = new WeakMap();

function whole(picture, axis, tools) {
  if (!wholes.has(picture)) wholes.set(picture, {});
  return (wholes.get(picture)[axis] ??= (() => {
    const values = picture.marks.filter(m => ["points", "line", "bars", "progress"].includes(m.mark) && m[axis] != null).map(m => tools.flat(m[axis].moving ?? m[axis]));
    return values.length > 0 && values.every(row => row.every(v => !Number.isFinite(v) || Number.isInteger(v)));
  })());
}

// Height over width: on a card as asked for; a ground of equal units as its box asks; else small pictures are no flatter than legible, and the main one is about as tall as those at its side.
function ratio(el, picture) {
  const wide = el.clientWidth, [left, right, low, high] = picture.box;
  if (el.closest(".thumb")) return picture.height;
  if (picture.equal && !picture.bare && grounded(picture)) return Math.max(0.5, Math.min(1.3, ((wide - 62) * (high - low) / (right - left) + 48) / wide));
  const spread = el.closest("figure.main")?.parentElement;
  const sides = spread && getComputedStyle(spread).gridTemplateColumns.includes(" ") ? spread.querySelectorAll("figure.side").length : 0;
  const tall = Math.min([0, 0.85, 1, 1.15][Math.min(sides, 3)], 620 / wide);
  return Math.max(picture.height, tall, wide < 330 ? 0.85 : 0);
}

export default {
  render({ model, el, tools }) {
    el.classList.add("plane");
    const [canvas, g, fit] = tools.canvas(el), grips = [], held = [];
    let a = null;
    const handlesOf = picture => picture.marks.filter(mark => mark.mark === "handle");

    const draw = () => {
      const picture = model.get("picture");
      if (!picture) return;
      const [width, height] = fit(ratio(el, picture));
      g.font = tools.font();
      a = axes(picture, width, height, tools, text => g.measureText(text).width);
      const c = { labels: [], busy: [], held, g, a, el, tools, picture, t: model.get("t") ?? 0, hover: model.get("hover"), words: model.get("words") };
      const over = picture.marks.filter(mark => !mark.only?.length || mark.only.includes(c.hover));
      const grounds = over.filter(mark => GROUNDS.includes(mark.mark));
      for (const mark of grounds) MARKS[mark.mark](mark, c);
      frame(g, el, tools, picture, a, !grounds.length);
      g.save(); g.beginPath(); g.rect(a.margin.left - 1, a.margin.top - 1, a.w + 2, a.h + 2); g.clip();
      for (const mark of over) if (!grounds.includes(mark)) MARKS[mark.mark](mark, c);
      write(c);
      g.restore();
      canvas.setAttribute("aria-label", tools.filled(picture.said, c.words));
      grip(handlesOf(picture));
    };

    // A focusable place over each handle: dragged by pointer, moved by arrow keys.
    const grip = marks => {
      while (grips.length > marks.length) grips.pop().remove();
      marks.forEach((mark, i) => {
        const found = grips[i] ?? (grips[i] = el.appendChild(gripOf(i)));
        found.setAttribute("aria-label", `${mark.label}: drag, or move with the arrow keys`);
        // A handle beyond the picture waits at its edge.
        found.style.left = Math.max(12, Math.min(a.width - 12, a.X(mark.x))) + "px";
        found.style.top = Math.max(12, Math.min(a.height - 12, a.Y(mark.y))) + "px";
      });
    };

    const moved = (mark, x, y) => {
      const precise = (v, span) => { const d = Math.max(0, Math.ceil(-Math.log10(span / 300))); return +v.toFixed(Math.min(d, 8)); };
      const to = [x, y].map((v, i) => precise((v - mark.origin[i]) * mark.factor[i], Math.abs((a.span[2 * i + 1] - a.span[2 * i]) * mark.factor[i])));
      if (mark.index === undefined) {
        const own = Object.fromEntries(mark.settings.map((name, i) => [name, to[i]]).filter(([name]) => name));
        return tools.change(model, { ...own, ...mark.also });
      }
      // The setting becomes what the handles show, should it not be that yet.
      const name = mark.settings[0], shown = handlesOf(model.get("picture")).filter(m => m.settings[0] === name);
      const rows = structuredClone(model.get("state")[name]), whole = rows.length === shown.length ? rows : shown.map(m => [m.x, m.y]);
      whole[mark.index] = [to[0], to[1], ...whole[mark.index].slice(2)];
      tools.change(model, { [name]: whole, ...mark.also });
    };

    const at = event => { const r = canvas.getBoundingClientRect(), k = r.width / canvas.clientWidth || 1; return a.back((event.clientX - r.left) / k, (event.clientY - r.top) / k); };
    const inside = ([x, y]) => { const [l, r, b, t] = model.get("picture").box; return [Math.max(l, Math.min(r, x)), Math.max(b, Math.min(t, y))]; };

    function gripOf(i) {
      const found = tools.make("button", { className: "grip", type: "button" });
      const mark = () => handlesOf(model.get("picture"))[i];
      const drag = event => moved(mark(), ...inside(at(event)));
      found.addEventListener("pointerdown", event => { found.setPointerCapture(event.pointerId); found.onpointermove = drag; event.preventDefault(); found.focus(); });
      for (const name of ["pointerup", "pointercancel"]) found.addEventListener(name, () => { found.onpointermove = null; });
      found.addEventListener("keydown", event => {
        const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [0, 0];
        const remove = (event.key === "Delete" || event.key === "Backspace") && model.get("picture").adds;
        if (remove) {
          const rows = model.get("state")[mark().settings[0]].filter((_, k) => k !== mark().index);
          event.preventDefault(); return tools.change(model, { [mark().settings[0]]: rows });
        }
        if (!dx && !dy) return;
        event.preventDefault(); event.stopPropagation();
        const step = event.shiftKey ? 1 / 10 : 1 / 40, m = mark(), px = a.X(m.x) + dx * a.w * step, py = a.Y(m.y) - dy * a.h * step;
        moved(m, ...inside(a.back(px, py)));
      });
      return found;
    }

    const add = ([x, y]) => {
      const { adds, group } = model.get("picture"), state = model.get("state"), short = v => +v.toPrecision(3);
      const row = [short(x), short(y)];
      if (group) row.push(Number(state[group] === true || state[group] === "positive" || +state[group] || 0));
      tools.change(model, { [adds]: [...state[adds], row] });
    };
    canvas.addEventListener("click", event => {
      const picture = model.get("picture"), marks = handlesOf(picture);
      if (picture.adds) add(inside(at(event)));
      else if (marks.length === 1) moved(marks[0], ...inside(at(event)));
    });
    const more = tools.make("button", { className: "more", type: "button", textContent: "Add a point" });
    more.addEventListener("click", () => { const [l, r, b, t] = model.get("picture").box; add([(l + r) / 2, (b + t) / 2]); });
    const offer = () => { if (model.get("picture")?.adds && !more.isConnected) el.append(more); };
    model.on("change:picture", offer); offer();
    tools.follow(model, el, draw);
  },
};
