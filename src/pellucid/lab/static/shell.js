// The lab's own shell: one model a page in anywidget's shape, settings to the house, scenes back.
export class Model {
  constructor(values, save) { Object.assign(this, { values, hearers: {}, save }); }
  get(key) { return this.values[key]; }
  set(key, value) { if (this.values[key] !== value) { this.values[key] = value; this.tell("change:" + key); } }
  on(event, hear) { (this.hearers[event] ??= []).push(hear); }
  tell(event) { for (const hear of this.hearers[event] ?? []) hear(); }
  save_changes() { this.save?.(); }
}

// A frame: two lengths, JSON, then float32 arrays that stand in it as {"$": [offset, shape]}.
export function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const revive = value => {
    if (Array.isArray(value)) return value.map(revive);
    if (value === null || typeof value !== "object") return value;
    if (value.$) {
      const [at, shape] = value.$, size = shape.reduce((a, b) => a * b, 1);
      return Object.assign(new Float32Array(buffer, 8 + length + at, size), { shape });
    }
    for (const key of Object.keys(value)) value[key] = revive(value[key]);
    return value;
  };
  return revive(head);
}

// Values of a file, whose arrays stand beside them as text: {"$": [place, shape]}.
export function revivedFrom(arrays) {
  const decoded = arrays.map(text => new Float32Array(Uint8Array.from(atob(text), c => c.charCodeAt(0)).buffer));
  const revived = value => {
    if (Array.isArray(value)) return value.map(revived);
    if (value === null || typeof value !== "object") return value;
    if (value.$) return Object.assign(decoded[value.$[0]].subarray(), { shape: value.$[1] });
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, revived(v)]));
  };
  return revived;
}

// All settings and the step, in the fragment.
export function fragment(page, state, t) {
  const found = new URLSearchParams();
  const defaults = Object.fromEntries(page.controls.map(c => [c.name, c.default]));
  for (const [name, value] of Object.entries(state)) {
    if (JSON.stringify(value) === JSON.stringify(defaults[name])) continue;
    found.set(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  if (t) found.set("t", t);
  return found.toString();
}

export function fromFragment(page, text) {
  const given = new URLSearchParams(text), state = {};
  for (const c of page.controls) {
    if (!given.has(c.name)) { state[c.name] = page.state?.[c.name] ?? c.default; continue; }
    const words = ["menu", "text", "column"].includes(c.form) || typeof c.default === "string";
    try { state[c.name] = words ? given.get(c.name) : JSON.parse(given.get(c.name)); } catch { state[c.name] = c.default; }
  }
  if (given.has("data")) state.data = given.get("data");
  return [state, Math.max(0, Math.trunc(+given.get("t")) || 0)];
}

// A page over a source of scenes: {scene(state), more(), answer(state, index, answer), upload(file)}.
// Where the address is not the page's own (in a notebook, in a frame), `link` is false.
export function start({ page, widgets, tools, declared, source, el, link = true }) {
  const [state, t] = fromFragment(declared, link ? location.hash.slice(1) : "");
  const { signal, abort } = ending();
  let version = 0, busy = false, wanted = false, before = "", opened = false; // trouble with a link's settings
  const model = new Model({ page: declared, state, scene: null, t, hover: null, trouble: "" }, () => { wanted = true; ask(); });
  const keep = () => { if (link) history.replaceState(null, "", "#" + fragment(declared, model.get("state"), model.get("t"))); };
  const take = (scene, first) => {
    if (!scene) return;
    scene.version = ++version;
    model.values.trouble = "";
    model.values.scene = scene;
    if (first && scene.settled) { model.values.state = { ...model.get("state"), ...scene.settled }; model.tell("change:state"); }
    if (model.get("t") > scene.steps) model.values.t = scene.steps;
    model.tell("change:scene");
  };
  // One request at a time, and of those that wait only the latest.
  const ask = async () => {
    if (busy) return;
    busy = true;
    while (wanted) {
      wanted = false; keep();
      const asked = performance.now();
      const slow = setTimeout(() => el.setAttribute("aria-busy", "true"), 500);
      try {
        const scene = await source.scene(model.get("state"));
        if (!wanted || !declared.streams) take(scene, !wanted);
        if (before) { model.set("trouble", `${before} This is the page as it opens.`); before = ""; }
      } catch (trouble) {
        const own = fromFragment(declared, "")[0], given = fragment(declared, model.get("state"), 0);
        // A link whose settings are refused opens the page all the same.
        if (!opened && !model.get("scene") && given) { opened = true; before = trouble.message; model.set("state", own); wanted = true; }
        else { model.set("trouble", ""); model.set("trouble", trouble.message); }
      }
      clearTimeout(slow); el.removeAttribute("aria-busy");
      requestAnimationFrame(() => { (globalThis.labTimes ??= []).push(performance.now() - asked); });
    }
    busy = false;
  };
  // What follows the last scene of a stream says so and shows nothing: the last one stays.
  model.more = async () => {
    try {
      const scene = await source.more?.();
      if (scene?.pictures) take(scene, false);
      else if (scene?.done) { model.get("scene").done = true; model.tell("change:scene"); }
    } catch (trouble) { model.set("trouble", ""); model.set("trouble", trouble.message); }
  };
  model.restart = () => { wanted = true; ask(); };
  model.answer = async (index, answer) => {
    try { return await source.answer(model.get("state"), index, answer); }
    catch (trouble) { model.set("trouble", trouble.message); return null; }
  };
  if (source.upload) {
    model.upload = async file => {
      try { return await source.upload(file); } catch (trouble) { model.set("trouble", trouble.message); return null; }
    };
  }
  if (link) model.link = () => { keep(); return location.href; };
  let later = 0;
  model.on("change:t", () => { clearTimeout(later); later = setTimeout(keep, 300); });
  page.render({ model, el, widgets, tools });
  addEventListener("resize", () => model.tell("resize"), { signal });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => model.tell("resize"), { signal });
  globalThis.labModel = model;
  model.leave = abort;
  model.save_changes();
  return model;
}

function ending() {
  const end = new AbortController();
  return { signal: end.signal, abort: () => end.abort() };
}

// The first picture of a page, small and without words, on its card.
export function thumb(card, { picture, steps, colours, settled }, widget, tools) {
  const host = card.querySelector(".thumb");
  const model = new Model({ picture: { ...picture, height: 0.55, x: "", y: "", bare: true, names: [] }, t: Math.ceil(steps / 3), hover: null, state: settled, words: {} });
  host.inert = true;
  for (const [term, colour] of Object.entries(colours)) host.style.setProperty(`--term-${term}`, `var(--${colour})`);
  widget.render({ model, el: host.appendChild(document.createElement("div")), tools });
}
