// A surface seen from a side: turned by dragging or with the arrow keys.
// What of a polygon lies where side(z) is not below 0: a sheet ends where the box does.
function cut(polygon, side) {
  return polygon.flatMap((p, i) => {
    const q = polygon[(i + 1) % polygon.length], [a, b] = [side(p[2]), side(q[2])];
    return [...(a >= 0 ? [p] : []), ...(a * b < 0 ? [p.map((v, k) => v + (q[k] - v) * a / (a - b))] : [])];
  });
}

export default {
  render({ model, el, tools }) {
    const [canvas, g, fit] = tools.canvas(el);
    let [turn, tilt] = [0.7, 0.55];
    canvas.tabIndex = 0;

    const draw = () => {
      const picture = model.get("picture");
      if (!picture) return;
      const [width, height] = fit(picture.height), t = model.get("t") ?? 0, Z = tools.flat(tools.now(picture.z, t)), [rows, columns] = Z.shape;
      let [low, high] = picture.heights ?? [Infinity, -Infinity];
      if (!picture.heights) for (const z of Z) if (Number.isFinite(z)) { low = Math.min(low, z); high = Math.max(high, z); }
      const [left, right, bottom, top] = picture.box, [cos, sin] = [Math.cos(turn), Math.sin(turn)];
      const unit = Math.min(width, height * 1.35) * 0.36;
      // Screen place and depth of a point: turned about the upright axis, then tilted.
      const place = (x, y, z) => {
        const u = 2 * (x - left) / (right - left) - 1, v = 2 * (y - bottom) / (top - bottom) - 1;
        const w = 1.3 * (Math.max(low, Math.min(high, z)) - low) / (high - low || 1) - 0.65;
        const [p, q] = [u * cos - v * sin, u * sin + v * cos];
        return [width / 2 + p * unit, height / 2 - (w * Math.cos(tilt) + q * Math.sin(tilt)) * unit, q * Math.cos(tilt) - w * Math.sin(tilt)];
      };
      const quads = [];
      const sheet = (H, colour) => {
        const [m, n] = H.shape, stride = Math.max(1, Math.ceil(Math.max(m, n) / 34));
        const at = (r, c) => [left + (right - left) * c / (n - 1), bottom + (top - bottom) * r / (m - 1), H[r * n + c]];
        for (let r = 0; r < m - 1; r += stride) for (let c = 0; c < n - 1; c += stride) {
          const [r2, c2] = [Math.min(r + stride, m - 1), Math.min(c + stride, n - 1)];
          const whole = [at(r, c), at(r, c2), at(r2, c2), at(r2, c)], share = (H[r * n + c] - low) / (high - low || 1);
          const corners = cut(cut(whole, z => high - z), z => z - low).map(p => place(...p));
          if (corners.length) quads.push({ depth: corners.reduce((s, p) => s + p[2], 0) / corners.length, corners, fill: colour(Math.max(0, Math.min(1, share))) });
        }
      };
      const [from, to, page] = ["low", "high", "page"].map(name => tools.rgb(tools.ink(el, name)));
      const lit = picture.term && model.get("hover") === picture.term;
      sheet(Z, share => `rgba(${tools.mixed(from, to, share)}, ${lit ? 1 : 0.92})`);
      const own = tools.rgb(tools.colour(el, { term: picture.term, colour: "green" }, "green"));
      if (picture.plane) sheet(tools.flat(tools.now(picture.plane, t)), () => `rgba(${tools.mixed(page, own, 0.6)}, 0.5)`);
      const points = picture.points ? tools.flat(tools.now(picture.points, t)) : [];
      const group = picture.group && tools.flat(tools.now(picture.group, t));
      for (let i = 0; i < points.length; i += 3) {
        const spot = place(points[i], points[i + 1], points[i + 2]);
        quads.push({ depth: spot[2], spot, own: group ? tools.ink(el, `series-${group[i / 3] % 8}`) : tools.ink(el, "ink") });
      }
      quads.sort((a, b) => b.depth - a.depth);
      g.lineWidth = 0.6; g.strokeStyle = tools.ink(el, "soft");
      for (const { corners, fill, spot, own: ink } of quads) {
        if (spot) { g.fillStyle = ink; g.beginPath(); g.arc(spot[0], spot[1], 3, 0, 7); g.fill(); continue; }
        g.fillStyle = fill; g.beginPath(); corners.forEach(([x, y], i) => g[i ? "lineTo" : "moveTo"](x, y)); g.closePath(); g.fill();
        g.globalAlpha = 0.35; g.stroke(); g.globalAlpha = 1;
      }
      walk(picture, t, place);
      name(picture, place, [left, right, bottom, top, low, high], width);
      canvas.setAttribute("aria-label", tools.filled(picture.said, model.get("words")) + " Turn it with the arrow keys.");
    };

    const walk = (picture, t, place) => {
      if (!picture.path) return;
      const P = tools.flat(picture.path), at = Math.min(t, P.shape[0] - 1);
      g.strokeStyle = tools.ink(el, "ink"); g.lineWidth = 1.6; g.beginPath();
      for (let i = 0; i <= at; i++) g[i ? "lineTo" : "moveTo"](...place(P[3 * i], P[3 * i + 1], P[3 * i + 2]).slice(0, 2));
      g.stroke();
      const [x, y] = place(P[3 * at], P[3 * at + 1], P[3 * at + 2]);
      g.fillStyle = tools.colour(el, { term: picture.pathterm }, "green"); g.strokeStyle = tools.ink(el, "page"); g.lineWidth = 2;
      g.beginPath(); g.arc(x, y, 7, 0, 7); g.fill(); g.stroke();
    };

    const name = (picture, place, [left, right, bottom, top, low, high], width) => {
      g.fillStyle = tools.ink(el, "soft"); g.font = tools.font(12, 600); g.textAlign = "center";
      const inside = x => Math.max(24, Math.min(width - 24, x));
      for (const [text, spot] of [[picture.x, place((left + right) / 2, bottom, low)], [picture.y, place(left, (bottom + top) / 2, low)], [picture.zname, place(left, top, high)]]) {
        if (text) g.fillText(text, inside(spot[0]), spot[1] + 16);
      }
    };

    const again = tools.later(draw), turned = (a, b) => { turn += a; tilt = Math.max(0.1, Math.min(1.45, tilt + b)); again(); };
    canvas.addEventListener("pointerdown", event => { canvas.setPointerCapture(event.pointerId); canvas.onpointermove = e => turned(-e.movementX / 120, e.movementY / 150); });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { canvas.onpointermove = null; });
    canvas.addEventListener("keydown", event => {
      const [a, b] = { ArrowLeft: [0.12, 0], ArrowRight: [-0.12, 0], ArrowUp: [0, 0.08], ArrowDown: [0, -0.08] }[event.key] ?? [0, 0];
      if (!a && !b) return;
      event.preventDefault(); event.stopPropagation(); turned(a, b);
    });
    tools.follow(model, el, draw);
  },
};
