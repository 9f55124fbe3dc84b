// The page itself, built from its declaration: words and numbers on the left, pictures on the right.
let number_of_pages = 0; // several stand in one notebook: their inputs have names of their own

export default {
  render({ model, el, widgets, tools }) {
    const page = model.get("page"), { make, number } = tools;
    const root = el.appendChild(make("div", { className: "lab" }));
    root.dataset.lmSuppressShortcuts = "true";
    root.classList.toggle("fixed", Boolean(page.fixed)); // in a file only the main setting is laid out
    for (const term of page.terms) root.style.setProperty(`--term-${term.name}`, `var(--${term.colour})`);

    const parts = { root, page, model, tools, make, number, widgets, hosts: {}, ids: `set-${number_of_pages++}-` };
    parts.change = patch => { model.set("state", within(page, { ...model.get("state"), ...patch })); model.save_changes(); };
    parts.light = lighter(parts);
    parts.reveal = () => { if (root.classList.contains("teach")) root.classList.add("told"); shut(parts); };

    const controls = page.controls.map(c => control(parts, c)).filter(Boolean);
    const source = page.samples.length ? [dataMenu(parts)] : [];
    const bar = header(parts), player = keys(parts), idea = ideaOf(parts), left = words(parts);
    const first = make("div", { className: "first" }, ...(controls[0] ? [controls[0].host] : []));
    const rest = make("div", { className: "settings" }, ...source, ...controls.slice(1).map(c => c.host));
    const figures = spread(parts);
    const alarm = make("p", { className: "alarm", role: "alert" });
    const box = make("div", { className: "keysbox" }, first, player.host, alarm);
    const pictures = make("section", { className: "pictures", ariaLabel: "Pictures and settings" }, box, ...figures, rest);
    const below = told(parts), said = make("div", { className: "said" });
    said.setAttribute("aria-live", "polite");
    // In this order on a narrow page: the idea, what is turned and seen, its numbers.
    root.append(bar, make("main", {}, idea, pictures, left.host, below.host), said);
    for (const n of root.querySelectorAll("[data-term]")) bind(parts, n);
    for (const [name, host] of Object.entries(parts.hosts)) begin(parts, name, host);

    const tell = () => {
      const scene = model.get("scene");
      if (!scene) return;
      player.tell(scene); left.tell(scene);
    };
    const arrived = () => {
      const scene = model.get("scene");
      if (!scene) return;
      below.tell(scene); tell(); alarm.textContent = "";
      said.textContent = scene.said || scene.facts.slice(0, 2).map(f => f.join(": ")).join("; ");
      for (const c of controls) c.offer?.(scene.columns?.[c.name]);
      for (const [name, host] of Object.entries(parts.hosts)) {
        const picture = page.pictures.find(p => p.name === name);
        host.parentElement.querySelector("figcaption").textContent = scene.labels?.[name] ?? picture.label;
      }
      parts.about(scene);
      root.dataset.version = scene.version ?? "1";
    };
    const settled = () => { const state = model.get("state"); for (const c of controls) { c.show(state[c.name]); if (c.host) c.host.hidden = !c.when.every(([name, values]) => values.includes(state[name]) || (values.includes(true) && Boolean(state[name]))); } left.again(); };
    model.on("change:scene", arrived); model.on("change:t", tell); model.on("change:state", settled);
    model.on("change:trouble", () => { alarm.textContent = model.get("trouble") ?? ""; });
    settled(); arrived();
    root.addEventListener("keydown", event => {
      event.stopPropagation(); // JupyterLab would take our keys
      if (/INPUT|SELECT|TEXTAREA|BUTTON/.test(event.target.tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === " " && page.plays !== false) { event.preventDefault(); player.toggle(); }
      if (event.key === "t") bar.querySelector(".teaching").click();
    });
  },
};

// Numbers stay in the range that their declaration shows.
function within(page, state) {
  for (const c of page.controls) {
    if (c.form !== "slider" || typeof state[c.name] !== "number") continue;
    const value = Math.max(c.low, Math.min(c.high, state[c.name]));
    state[c.name] = c.whole ? Math.round(value) : value;
  }
  return state;
}

function lighter({ root, model }) {
  return name => {
    model.set("hover", name);
    if (name) root.dataset.hover = name; else delete root.dataset.hover;
    for (const n of root.querySelectorAll("[data-term]")) n.classList.toggle("lit", n.dataset.term === name);
  };
}

function bind({ light }, node) {
  node.style.setProperty("--c", `var(--term-${node.dataset.term})`);
  node.addEventListener("pointerenter", () => light(node.dataset.term));
  node.addEventListener("pointerleave", () => light(null));
  node.addEventListener("click", () => light(node.dataset.term));
  if (!(node instanceof HTMLElement)) return; // a listener for focus makes parts of an SVG tab stops
  node.addEventListener("focusin", () => light(node.dataset.term));
  node.addEventListener("focusout", () => light(null));
}

// What is veiled in teacher mode cannot be reached or read before a prediction.
function shut({ root }) {
  const veiled = root.classList.contains("teach") && !root.classList.contains("told");
  root.classList.toggle("veiled", veiled);
  for (const n of root.querySelectorAll("figure, .numbers, .below")) n.toggleAttribute("inert", veiled);
}

function header(parts) {
  const { make, page, root, model } = parts;
  const home = page.home ? make("a", { className: "home", href: page.home, textContent: "pellucid lab" }) : make("b", { textContent: "pellucid lab" });
  const chapter = page.chapter === "A" ? "Appendix A" : `Chapter ${page.chapter}`, about = make("span", { className: "about" });
  const teach = make("button", { className: "teaching", type: "button", textContent: "Teach", title: "Large letters, answers hidden (T)" });
  const link = make("button", { type: "button", textContent: "Copy link" });
  teach.setAttribute("aria-pressed", "false");
  teach.onclick = () => {
    const on = root.classList.toggle("teach");
    root.classList.remove("told"); teach.setAttribute("aria-pressed", on); shut(parts); model.tell?.("resize");
  };
  link.onclick = async () => { await copied(model.link(), link, "Copy link"); };
  parts.about = scene => { about.textContent = scene.about ?? ""; };
  return make("header", { className: "bar" }, home, make("span", { className: "source", textContent: `${chapter} · ${page.notes}`, title: page.notes }), make("span", { className: "gap" }), about, teach, ...(model.link ? [link] : []));
}

async function copied(text, button, name) {
  try { await navigator.clipboard.writeText(text); button.textContent = "Copied"; }
  catch { button.textContent = "Not allowed here"; }
  setTimeout(() => { button.textContent = name; }, 1500);
}

function ideaOf({ make, page }) {
  const formulas = make("div", { className: "formulas" });
  for (const f of page.formulas) {
    const box = make("div", { className: "formula", tabIndex: 0, role: "group", ariaLabel: f.spoken });
    box.innerHTML = f.svg; formulas.append(box);
  }
  return make("section", { className: "idea", ariaLabel: "The idea" }, make("h1", { textContent: page.title }), make("p", { className: "lead", textContent: page.lead }), formulas);
}

// The terms with their present numbers, and the questions.
function words(parts) {
  const { make, page, model, tools } = parts, host = make("section", { className: "words", ariaLabel: "Numbers and questions" });
  const rows = {}, table = make("table", { className: "numbers" }, make("caption", { className: "said", textContent: "The terms of the formula with their present numbers" }));
  for (const term of page.terms) {
    const name = make("th", { scope: "row" }, make("button", { type: "button", textContent: term.symbol, ariaLabel: `${term.symbol}: ${term.meaning}` }));
    const shape = make("td", { className: "shape" }), value = make("td", { className: "value" });
    table.append(make("tr", { dataset: { term: term.name } }, name, make("td", { textContent: term.meaning }), shape, value));
    rows[term.name] = [shape, value];
  }
  host.append(table);
  const questions = page.questions.map((q, i) => question(parts, q, i));
  host.append(...questions.map(q => q.host));
  return {
    host,
    again() { for (const q of questions) q.again(); },
    tell(scene) {
      const t = Math.min(model.get("t"), scene.steps);
      for (const [name, [shape, value]] of Object.entries(rows)) {
        const term = scene.terms[name];
        if (!term) continue;
        shape.textContent = term.shape ?? ""; value.textContent = tools.written(term, t);
      }
    },
  };
}

function question(parts, q, index) {
  const { make, model, reveal } = parts, answers = make("div", { className: "answers" });
  const told = make("p", { className: "answered", role: "status" });
  for (const answer of q.answers) {
    const button = make("button", { type: "button", textContent: answer });
    button.onclick = async () => {
      const found = await model.answer?.(index, answer);
      if (!found) return;
      told.textContent = (found.right === answer ? "Right. " : `Not this time: ${found.right}. `) + found.reason;
      reveal();
    };
    answers.append(button);
  }
  const host = make("div", { className: "question" }, make("p", { textContent: q.prompt }), answers, told);
  return { host, again() { told.textContent = ""; } };
}

// A slider over the values that were laid out in a file: a key goes from one to the next.
function laidOut(parts, c, id, out, told, to) {
  const last = c.laid.length - 1, input = parts.make("input", { id, type: "range", min: 0, max: last, step: 1 });
  const place = v => c.laid.reduce((best, own, i) => (Math.abs(to(own) - to(v)) < Math.abs(to(c.laid[best]) - to(v)) ? i : best), 0);
  const show = v => { input.value = place(v); out.textContent = told(v); input.setAttribute("aria-valuetext", `${told(v)}${c.unit ? " " + c.unit : ""}`); };
  input.oninput = () => { const v = c.laid[+input.value]; parts.change({ [c.name]: v }); out.textContent = told(v); };
  return { input, out, show };
}

const FORMS = {
  slider(parts, c, id) {
    const { make, number, change } = parts, log = c.scale === "log";
    const to = v => (log ? Math.log10(v) : v), rounded = v => (c.whole ? Math.round(v) : +(+v).toPrecision(3));
    const told = v => (c.whole ? (+v).toLocaleString("en-US").replace("-", "−") : number(v, 3));
    const out = make("output", { htmlFor: id });
    if (c.laid) return laidOut(parts, c, id, out, told, to);
    const span = to(c.high) - to(c.low), step = !log && c.whole ? 1 : span / 400;
    const input = make("input", { id, type: "range", min: to(c.low), max: to(c.high), step });
    const show = v => { input.value = to(v); out.textContent = told(v); input.setAttribute("aria-valuetext", `${told(v)}${c.unit ? " " + c.unit : ""}`); };
    input.oninput = () => {
      const raw = +input.value, v = Math.max(c.low, Math.min(c.high, rounded(log ? 10 ** raw : raw)));
      change({ [c.name]: v }); out.textContent = told(v);
    };
    return { input, out, show };
  },
  menu(parts, c, id) {
    const input = parts.make("select", { id }, ...c.choices.map(o => parts.make("option", { value: o, textContent: o || "none" })));
    input.onchange = () => parts.change({ [c.name]: input.value });
    return { input, show: v => { input.value = v; } };
  },
  column(parts, c, id) {
    const found = FORMS.menu(parts, { ...c, choices: [] }, id), { input } = found;
    let offered = "";
    const offer = names => {
      if (!names || names.join("\n") === offered) return;
      offered = names.join("\n");
      input.replaceChildren(...names.map(o => parts.make("option", { value: o, textContent: o || "none" })));
      input.value = parts.model.get("state")[c.name];
    };
    return { ...found, offer };
  },
  box(parts, c, id) {
    const input = parts.make("input", { id, type: "checkbox" });
    input.onchange = () => parts.change({ [c.name]: input.checked });
    return { input, show: v => { input.checked = v; } };
  },
  text(parts, c, id) {
    const input = parts.make("input", { id, type: "text", autocomplete: "off", spellcheck: false });
    input.onchange = () => parts.change({ [c.name]: input.value });
    return { input, show: v => { if (document.activeElement !== input) input.value = v; } };
  },
  matrix(parts, c, id) {
    const input = parts.make("textarea", { id, rows: 2, spellcheck: false });
    const shown = rows => rows.map(row => (Array.isArray(row) ? row.map(v => String(+v.toPrecision(4))).join(" ") : row)).join("\n");
    input.onchange = () => {
      const rows = input.value.split(/[\n;]/).map(line => line.trim()).filter(Boolean).map(line => line.split(/[\s,]+/).map(Number));
      if (rows.flat().every(Number.isFinite)) parts.change({ [c.name]: rows });
      else parts.model.set("trouble", `${c.label}: write numbers, a row a line, such as “1 2” and below it “3 4”.`);
    };
    return { input, show: v => { if (document.activeElement !== input) { input.value = shown(v); input.rows = Math.min(Math.max(v.length, 2), 6); } } };
  },
};

function control(parts, c) {
  if (c.form === "hidden") return { name: c.name, host: "", when: [], show() {} };
  const { make } = parts, id = parts.ids + c.name, made = FORMS[c.form](parts, c, id);
  const name = c.label + (c.symbol ? `, ${c.symbol}` : ""), label = make("label", { htmlFor: id }, make("span", { textContent: name }), ...(made.out ? [made.out] : []));
  const host = make("div", { className: `setting form-${c.form}` }, ...(c.form === "box" ? [made.input, label] : [label, made.input]));
  if (c.term) host.style.setProperty("--c", `var(--term-${c.term})`);
  return { ...made, name: c.name, when: c.when ?? [], host };
}

// Own table, a dropped file, or a sample of known truth.
function dataMenu(parts) {
  const { make, page, model, change, root } = parts, id = parts.ids + "data";
  const input = make("select", { id }), file = make("input", { type: "file", className: "said", tabIndex: -1, ariaLabel: "A table from a file", accept: ".csv,.tsv,.txt,.parquet,.json,.jsonl,.ndjson" });
  const open = make("button", { type: "button", textContent: "Open a file…", title: "Or drop one on the page. It stays on this machine." });
  const names = () => [...(page.data?.own ?? []), ...page.samples.map(name => ({ id: name, name }))];
  const list = () => { input.replaceChildren(...names().map(d => make("option", { value: d.id, textContent: d.name }))); input.value = model.get("state").data ?? names()[0]?.id ?? ""; };
  const columns = Object.fromEntries(page.controls.filter(c => c.form === "column").map(c => [c.name, ""]));
  const choose = id => change({ ...columns, data: id });
  input.onchange = () => choose(input.value);
  const take = async given => {
    if (!given || !model.upload) return;
    const found = await model.upload(given);
    if (!found) return;
    page.data = { own: [...(page.data?.own ?? []).filter(d => d.id !== found.id), found] };
    list(); choose(found.id); input.value = found.id;
  };
  open.onclick = () => file.click(); file.onchange = () => { take(file.files[0]); file.value = ""; };
  root.addEventListener("dragover", event => { event.preventDefault(); root.classList.add("dropping"); });
  root.addEventListener("dragleave", event => { if (!root.contains(event.relatedTarget)) root.classList.remove("dropping"); });
  root.addEventListener("drop", event => { event.preventDefault(); root.classList.remove("dropping"); take(event.dataTransfer.files[0]); });
  list(); model.on("change:state", () => { input.value = model.get("state").data ?? names()[0]?.id ?? ""; });
  const label = make("label", { htmlFor: id }, make("span", { textContent: "Data" }));
  return make("div", { className: "setting form-data" }, label, input, ...(model.upload ? [open, file] : []));
}

// Play, step and scrub a run; or drive a stream that is still at work.
function keys(parts) {
  const { make, page, model, tools, reveal } = parts;
  const play = make("button", { type: "button", className: "play", textContent: "Play" });
  const step = make("button", { type: "button", textContent: "Step" }), back = make("button", { type: "button", textContent: "Back" }), start = make("button", { type: "button", textContent: "Start" });
  const when = make("input", { type: "range", min: 0, max: 1, step: 1, value: 0, ariaLabel: "Step" }), count = make("output");
  const host = make("div", { className: "keys" }, play, ...(page.streams ? [] : [back]), step, start, ...(page.streams ? [] : [when]), count);
  let timer = 0, waiting = false;
  const over = () => page.streams && Boolean(model.get("scene")?.done);
  const last = () => model.get("scene")?.steps ?? 0, now = () => Math.min(model.get("t"), last());
  const stop = () => { clearTimeout(timer); timer = 0; play.textContent = "Play"; };
  // Short runs slowly, long ones a step a frame; without motion, a few still places.
  const pace = () => (tools.reduced() ? [600, Math.max(1, Math.ceil(last() / 10))] : [Math.max(16, Math.min(800, 5000 / Math.max(last(), 1))), 1]);
  const go = () => {
    if (page.streams) { model.more?.(); timer = 1; return; }
    const [pause, stride] = pace();
    if (now() >= last()) return stop();
    model.set("t", Math.min(now() + stride, last()));
    timer = setTimeout(() => requestAnimationFrame(go), pause - 12);
  };
  const toggle = () => {
    if (timer) return stop();
    if (!page.streams && !last()) return;
    if (!page.streams && now() >= last()) model.set("t", 0);
    play.textContent = "Pause"; reveal();
    if (over()) { timer = 1; model.restart?.(); } else go(); // its first scene asks for the next
  };
  play.onclick = toggle;
  step.onclick = () => { stop(); if (page.streams) model.more?.(); else model.set("t", Math.min(now() + 1, last())); };
  back.onclick = () => { stop(); model.set("t", Math.max(now() - 1, 0)); };
  start.onclick = () => { stop(); if (page.streams) model.restart?.(); else model.set("t", 0); };
  when.oninput = () => { stop(); model.set("t", +when.value); };
  model.on("change:scene", () => { if (page.streams && timer) { if (model.get("scene").done) stop(); else requestAnimationFrame(() => timer && model.more?.()); } });
  model.on("change:trouble", stop);
  return {
    host, toggle,
    tell(scene) {
      const t = now(), still = !scene.steps && !page.streams;
      host.classList.toggle("still", still);
      for (const n of host.querySelectorAll("button, input")) n.disabled = still;
      step.disabled ||= over();
      when.max = scene.steps; when.value = t;
      count.textContent = page.streams ? scene.progress : `${scene.count} ${t} of ${scene.steps}`;
      when.setAttribute("aria-valuetext", `${scene.count} ${t} of ${scene.steps}`);
    },
  };
}

// Pictures in their order; a main one and those at its side stand in one spread.
function spread(parts) {
  const { make, page } = parts, found = [];
  for (const picture of page.pictures) {
    const made = figure(parts, picture), last = found.at(-1);
    if (picture.place === "wide") found.push(made);
    else if (last?.classList.contains("spread")) last.append(made);
    else found.push(make("div", { className: "spread" }, made));
  }
  for (const box of found) if (box.children.length === 1 && box.classList.contains("spread")) box.classList.add("alone");
  return found;
}

function figure(parts, picture) {
  const { make } = parts, host = make("div");
  parts.hosts[picture.name] = host;
  return make("figure", { className: picture.place }, make("figcaption", { textContent: picture.label }), host);
}

// A picture's own model: its description, the step, what is hovered, the settings.
function begin(parts, name, host) {
  const { model, tools, widgets, change, make } = parts;
  const now = () => Math.min(model.get("t"), model.get("scene")?.steps ?? 0);
  const said = () => {
    const scene = model.get("scene"), filled = { t: now(), steps: scene.steps };
    for (const [term, value] of Object.entries(scene.terms)) filled[term] = tools.written(value, now());
    return filled;
  };
  const own = {
    get(key) {
      if (key === "picture") return model.get("scene")?.pictures?.[name];
      if (key === "words") return said();
      return key === "t" ? now() : model.get(key);
    },
    set(key, value) { if (key === "state") change(value); else model.set(key, value); },
    on(event, hear) { model.on(event === "change:picture" ? "change:scene" : event, hear); },
    save_changes() {},
  };
  let drawn = null;
  const start = () => {
    const kind = own.get("picture")?.widget;
    if (!kind || kind === drawn) return;
    drawn = kind;
    // A widget that gave way to another kind sees no picture any more.
    const place = make("div", { className: "picture" }), seen = { ...own, get: key => (key === "picture" && !place.isConnected ? undefined : own.get(key)) };
    host.replaceChildren(place);
    widgets[kind].render({ model: seen, el: place, tools });
  };
  model.on("change:scene", start); start();
}

function told(parts) {
  const { make } = parts, facts = make("dl"), pre = make("pre", { tabIndex: 0, role: "group", ariaLabel: "Python program" }), copy = make("button", { type: "button", textContent: "Copy" });
  copy.onclick = () => copied(pre.textContent, copy, "Copy");
  const host = make("section", { className: "below", ariaLabel: "What happened, and the program" }, make("div", {}, make("h2", { textContent: "What happened" }), facts), make("div", {}, make("h2", { textContent: "The Python that reproduces this" }), make("div", { className: "code" }, pre, copy)));
  return {
    host,
    tell(scene) {
      facts.replaceChildren(...scene.facts.map(([k, v]) => make("div", {}, make("dt", { textContent: k }), make("dd", { textContent: v }))));
      pre.textContent = scene.code ?? "";
    },
  };
}
