// Where a value stands on the canvas and back, the numbers along the axes, and the shape of it all.
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

// Whether level bands, sides or a heat map lie under the marks: they were computed inside the box.
const isGround = mark => GROUNDS.includes(mark.mark), grounded = picture => picture.marks.some(isGround);

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

export default { axes, frame, isGround, ratio };
