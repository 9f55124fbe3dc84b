// A page in one file: scenes were laid out for its main control; nothing is asked of anybody.
const held = JSON.parse(document.getElementById("held").textContent);
const decoded = held.arrays.map(text => new Float32Array(Uint8Array.from(atob(text), c => c.charCodeAt(0)).buffer));

const revived = value => {
  if (Array.isArray(value)) return value.map(revived);
  if (value === null || typeof value !== "object") return value;
  if (value.$) return Object.assign(decoded[value.$[0]].subarray(), { shape: value.$[1] });
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, revived(v)]));
};

// The values that were laid out; a slider goes to the nearest.
// Keys were written in Python, which spells numbers otherwise (1e-05): found by value, not spelling.
const keys = Object.keys(held.scenes), laid = keys.map(key => JSON.parse(key));
const main = held.page.controls[0], logarithmic = main.scale === "log";
const distance = (a, b) => (logarithmic ? Math.abs(Math.log(a / b)) : Math.abs(a - b));
const nearest = value => (typeof value === "number" ? laid.reduce((a, b) => (distance(b, value) < distance(a, value) ? b : a)) : laid.includes(value) ? value : laid[0]);
let run = [], at = 0;

const source = {
  async scene(state) {
    run = held.scenes[keys[laid.indexOf(nearest(state[held.main]))]]; at = 0;
    if (run[0].trouble) throw new Error(run[0].trouble);
    const scene = revived(run[0]);
    return { ...scene, columns: {}, done: run.length === 1 };
  },
  async more() { at += 1; return at < run.length ? { ...revived(run[at]), columns: {}, done: at === run.length - 1 } : null; },
  async answer(_, index) { return run[at]?.answers[index] ?? null; },
};
const { page, tools, ...widgets } = modules;
// In a frame of a notebook the page has no address of its own.
start({ page, widgets, tools, declared: held.page, source, el: document.getElementById("lab"), link: location.protocol !== "about:" });
