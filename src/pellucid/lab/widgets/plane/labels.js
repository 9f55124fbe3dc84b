// Words beside what they name. Marks ask for them while they are drawn; they are written last, each
// at that place around its anchors where it hides the least: order of preference, other words, lines
// and points are weighed.
const SIDES = [[1, -1], [-1, -1], [1, 1], [-1, 1], [0, -1], [0, 1]];

function label(c, text, colour, anchors, { gap = 6, order = SIDES, size = 12.5, weight = 600 } = {}) {
  if (text && anchors.length) c.labels.push({ text, colour, anchors, gap, order, size, weight });
}

// Of a line: near its end, or further back.
function along(c, text, colour, seen) {
  const anchors = [1, 0.85, 0.7, 0.5, 0.3].map(share => seen[Math.floor((seen.length - 1) * share)]).filter(Boolean);
  label(c, text, colour, anchors, { order: [[-1, -1], [-1, 1], [0, -1], [0, 1], [1, -1], [1, 1]] });
}

// Where a thing of some size lies: words keep away from it.
function around(c, x, y, size) {
  for (const [dx, dy] of SIDES) c.busy.push(x + dx * size * 0.8, y + dy * size * 0.8);
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

export default { label, along, around, write };
