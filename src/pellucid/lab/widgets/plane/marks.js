// Marks over the ground: points, lines, arrows, bars, rules, spots, handles.
import labels from "./labels.js";

const { label, along, around } = labels;

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

export default {
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
