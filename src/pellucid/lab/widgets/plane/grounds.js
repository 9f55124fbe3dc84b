// What lies under all other marks: level bands, sides, areas, a heat map.

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

export default {
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
};
