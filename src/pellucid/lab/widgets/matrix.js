// Matrices side by side, as in a formula: coloured cells with numbers, name above, shape below.
const MOST = 16; // above it the numbers are left out

export default {
  render({ model, el, tools }) {
    const { make, now, flat } = tools;
    el.classList.add("matrices");
    const row = make("div", { className: "row" }), note = make("p", { className: "note" });
    el.setAttribute("role", "group");
    el.append(row, note);

    const cell = (item, value, r, c, share, dense, faint) => {
      const text = Number.isNaN(value) || item.veiled ? "" : tools.short(value, item.digits);
      const content = dense ? make("span", { title: text }) : item.setting ? field(item, value, r, c) : item.chooses ? choice(item, text, r, c) : make("span", { textContent: text });
      const td = make("td", {}, content);
      if (!Number.isNaN(value) && !item.veiled) td.style.background = `rgb(${tools.heat(el, share, dense ? 0.95 : faint ? 0.14 : 0.42)})`; // faint numbers stay legible
      return td;
    };
    const choice = (item, text, r, c) => {
      const button = make("button", { type: "button", textContent: text || "·", ariaLabel: `${item.name} row ${r + 1}, column ${c + 1}: ${text}` });
      button.onclick = () => tools.change(model, { [item.chooses]: `${r},${c}` });
      return button;
    };
    const field = (item, value, r, c) => {
      const input = make("input", { type: "text", inputMode: "decimal", value: String(+value.toPrecision(4)), ariaLabel: `${item.name} row ${r + 1}, column ${c + 1}` });
      input.onchange = () => {
        const rows = structuredClone(model.get("state")[item.setting]), given = Number(input.value.replace("−", "-"));
        if (!Number.isFinite(given)) { input.value = String(value); return; }
        if (Array.isArray(rows[r])) rows[r][c] = given; else rows[r] = given;
        tools.change(model, { [item.setting]: rows });
      };
      return input;
    };

    const matrix = (item, t) => {
      const value = flat(now(item.values, t)), shape = value.shape.length === 2 ? value.shape : [value.length, 1];
      const [rows, columns] = shape, dense = rows > MOST || columns > MOST;
      let top = item.top ?? 1e-12;
      if (item.top === undefined) for (const v of value) if (Math.abs(v) > top) top = Math.abs(v);
      const table = make("table", { role: "presentation" });
      if (item.columns.length) table.append(make("tr", {}, ...(item.rows.length ? [make("th")] : []), ...item.columns.map(name => make("th", { textContent: name }))));
      const [marked, faint] = ["marked", "faint"].map(kind => (now(item[kind], t) ?? []).map(([r, c]) => r * columns + c));
      for (let r = 0; r < rows; r++) {
        const tr = make("tr", {}, ...(item.rows.length ? [make("th", { textContent: item.rows[r] ?? "" })] : []));
        for (let c = 0; c < columns; c++) {
          const at = r * columns + c, td = cell(item, value[at], r, c, value[at] / top, dense, faint.includes(at));
          td.classList.toggle("marked", marked.includes(at)); td.classList.toggle("faint", faint.includes(at));
          tr.append(td);
        }
        table.append(tr);
      }
      const host = make("div", { className: "matrix" + (dense ? " dense" : "") }, make("div", { className: "name", textContent: item.name }), make("div", { className: "scroll" }, table), make("div", { className: "size", textContent: item.shape || `${rows}×${columns}` }));
      if (item.term) { host.style.setProperty("--c", `var(--term-${item.term})`); host.dataset.of = item.term; }
      else if (item.colour) host.style.setProperty("--c", `var(--${item.colour})`);
      return host;
    };

    let drawn = null;
    const draw = () => {
      const picture = model.get("picture"), t = model.get("t") ?? 0;
      if (!picture) return;
      if (el.contains(document.activeElement) && document.activeElement.tagName === "INPUT" && drawn === picture) return light();
      const focused = el.contains(document.activeElement) ? document.activeElement.ariaLabel?.split(":")[0] : null;
      drawn = picture;
      // A sign goes to the next line with the matrix that it stands before.
      row.replaceChildren(...picture.items.map(item => (item.before ? make("div", { className: "signed" }, make("span", { className: "between", textContent: item.before }), matrix(item, t)) : matrix(item, t))));
      if (focused) [...row.querySelectorAll("button, input")].find(n => n.ariaLabel.split(":")[0] === focused)?.focus();
      note.textContent = tools.filled(now(picture.note, t), model.get("words"));
      note.hidden = !picture.note;
      el.setAttribute("aria-label", tools.filled(picture.said, model.get("words")));
      // What has to be scrolled can be reached by keyboard.
      for (const n of row.querySelectorAll(".scroll")) {
        if (n.scrollWidth > n.clientWidth) n.parentElement.classList.add("tight");
        if (n.scrollWidth <= n.clientWidth) continue;
        Object.assign(n, { tabIndex: 0, role: "group", ariaLabel: n.parentElement.firstChild.textContent || "matrix" });
      }
      light();
    };
    const light = () => {
      const hover = model.get("hover");
      for (const n of row.querySelectorAll(".matrix")) n.classList.toggle("lit", Boolean(hover) && n.dataset.of === hover);
    };
    const again = tools.later(draw);
    for (const event of ["change:picture", "change:t", "resize"]) model.on(event, again);
    model.on("change:hover", light);
    draw();
  },
};
