// The page of `pellucid serve`: a form made from the columns, the answer, and what moved it.
"use strict";

const at = (id) => document.getElementById(id);
const state = { token: "", base: "", schema: null };

async function ask(path, options = {}) {
  const headers = { ...options.headers };
  if (state.token) headers.Authorization = `Bearer ${state.token}`;
  const response = await fetch(path, { ...options, headers });
  if (response.status === 401) {
    at("lock").hidden = false;
    at("token").focus();
  }
  return response;
}

async function open() {
  const response = await ask("models");
  if (!response.ok) return;
  at("lock").hidden = true;
  at("pages").hidden = state.token !== ""; // a link cannot show the token
  const { models } = await response.json();
  at("choice").hidden = models.length < 2;
  at("model").replaceChildren(...models.map((name) => new Option(name, name)));
  await show(models[0]);
}

async function show(name) {
  state.base = `models/${encodeURIComponent(name)}/`;
  state.schema = await (await ask(`${state.base}schema`)).json();
  const { target, problem, columns } = state.schema;
  at("title").textContent = target ? `Predict ${target}` : "Ask the model";
  document.title = at("title").textContent;
  at("problem").textContent = problem;
  at("cells").replaceChildren(...columns.map(cell));
  document.querySelectorAll("a[data-page]").forEach((link) => {
    const page = link.getAttribute("href").split("/").pop();
    link.href = page === "openapi.json" ? page : state.base + page;
  });
  at("found").hidden = true;
  at("wrong").hidden = true;
  at("empty").hidden = false;
}

function cell(column, place) {
  const box = document.createElement("div");
  box.className = "cell";
  const label = document.createElement("label");
  label.htmlFor = `cell-${place}`;
  label.textContent = column.name;
  const field = column.levels ? choice(column) : entry(column);
  field.id = label.htmlFor;
  const hint = document.createElement("div");
  hint.className = "hint";
  hint.id = `hint-${place}`;
  hint.textContent = column.levels ? "" : column.wanted.replace(/,? or null.*/, "");
  field.setAttribute("aria-describedby", hint.id);
  box.append(label, field, hint);
  return box;
}

function choice(column) {
  const field = document.createElement("select");
  field.append(new Option("(missing)", ""), ...column.levels.map((level) => new Option(level, level)));
  field.value = column.example;
  return field;
}

function entry(column) {
  const field = document.createElement("input");
  field.value = column.example;
  field.autocomplete = "off";
  if (column.kind === "numeric") field.inputMode = "decimal";
  return field;
}

function rowAsked() {
  const row = {};
  state.schema.columns.forEach((column, place) => {
    const text = at(`cell-${place}`).value.trim();
    const number = column.kind === "numeric" && text !== "" && Number.isFinite(Number(text));
    row[column.name] = text === "" ? null : number ? Number(text) : text;
  });
  return row;
}

async function predict(event) {
  event.preventDefault();
  const { intervals, effects } = state.schema;
  const query = `cautions=true&effects=${effects}&intervals=${intervals}`;
  const response = await ask(`${state.base}predict?${query}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(rowAsked()),
  });
  const answer = await response.json();
  at("empty").hidden = true;
  at("found").hidden = !response.ok;
  at("wrong").hidden = response.ok;
  state.schema.columns.forEach((column, place) => {
    at(`cell-${place}`).setAttribute("aria-invalid", answer.column === column.name);
  });
  if (response.ok) draw(answer);
  else at("wrong").textContent = answer.detail;
}

function draw(answer) {
  const { interval, cautions, effects, ...values } = answer;
  const chances = Object.entries(values).filter(([name]) => name.startsWith("probability_"));
  const others = Object.entries(values).filter(([name]) => name !== "prediction" && !name.startsWith("probability_"));
  const said = "prediction" in values ? written(values.prediction) : "";
  at("prediction").textContent = [said, ...others.map(([name, v]) => `${name} ${written(v)}`)].filter(Boolean).join(" · ");
  at("interval").hidden = !interval;
  if (interval) at("interval").textContent = `9 of 10 test rows lay within ${written(interval[0])} to ${written(interval[1])} around such an answer.`;
  fill("chances", chances.map(([name, p]) => [name.slice("probability_".length), `${(100 * p).toFixed(1)} %`, p]), 1, false);
  const moved = Object.entries(effects || {});
  const largest = Math.max(...moved.map(([, v]) => Math.abs(v)), 1e-300);
  at("effects-caption").textContent = chances.length
    ? `What moved it: the probability of ${said}, less the one with the column unknown`
    : "What moved it: the answer, less the one with the column unknown";
  fill("effects", moved.map(([name, v]) => [name, `${v > 0 ? "+" : ""}${written(v)}`, v]), largest, true);
  at("cautions").hidden = !cautions || !cautions.length;
  at("cautions").replaceChildren(...(cautions || []).map((text) => Object.assign(document.createElement("li"), { textContent: text })));
}

function fill(id, lines, largest, signed) {
  at(id).hidden = !lines.length;
  at(id).tBodies[0].replaceChildren(...lines.map(([name, figure, value]) => {
    const line = document.createElement("tr");
    const head = Object.assign(document.createElement("th"), { scope: "row", textContent: name });
    const number = Object.assign(document.createElement("td"), { className: "figure", textContent: figure });
    const bar = Object.assign(document.createElement("td"), { className: "bar" });
    bar.append(drawn(value / largest, signed));
    line.append(head, number, bar);
    return line;
  }));
}

function drawn(share, signed) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", "0 0 100 10");
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("aria-hidden", "true");
  const width = Math.abs(share) * (signed ? 50 : 100);
  const rect = document.createElementNS(space, "rect");
  rect.setAttribute("x", signed ? (share < 0 ? 50 - width : 50) : 0);
  rect.setAttribute("width", width);
  rect.setAttribute("height", 10);
  rect.setAttribute("class", share < 0 ? "down" : "up");
  picture.append(rect);
  return picture;
}

function written(value) {
  if (typeof value !== "number") return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e6 || size < 1e-4 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}

at("row").addEventListener("submit", predict);
at("model").addEventListener("change", () => show(at("model").value));
at("lock").addEventListener("submit", (event) => {
  event.preventDefault();
  state.token = at("token").value;
  open();
});
open();
