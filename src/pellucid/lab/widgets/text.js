// Words with weight, or a small table of words and written numbers.
export default {
  render({ model, el, tools }) {
    const { make } = tools;
    el.classList.add("prose"); el.setAttribute("role", "group");
    const breaking = text => String(text).replace(/_/g, "_\u200b"); // long names of columns
    const table = picture => make("table", { className: "plain" },
      make("thead", {}, make("tr", {}, ...picture.head.map(h => make("th", { scope: "col", textContent: breaking(h) })))),
      make("tbody", {}, ...picture.rows.map((row, i) => make("tr", { className: i === picture.marked ? "marked" : "" }, ...row.map((v, k) => make(k ? "td" : "th", { ...(k ? {} : { scope: "row" }), textContent: typeof v === "number" ? tools.number(v) : k ? v : breaking(v) }))))));
    const part = p => {
      const made = make("span", { className: "part" }, p.text, ...(p.note ? [make("small", { textContent: p.note })] : []));
      if (p.weight) made.style.background = `rgb(${tools.heat(el, p.weight, 0.5)})`;
      if (p.term) { made.style.color = `var(--term-${p.term})`; made.style.fontWeight = model.get("hover") === p.term ? 750 : 600; }
      return p.line ? [make("br"), made] : [made];
    };
    const draw = () => {
      const picture = model.get("picture"), t = model.get("t") ?? 0;
      if (!picture) return;
      const now = tools.now(picture.parts ?? picture.rows, t);
      el.replaceChildren(...(picture.head ? [table({ ...picture, rows: now })] : now.flatMap(part)));
      el.setAttribute("aria-label", tools.filled(picture.said, model.get("words")));
    };
    tools.follow(model, el, draw);
  },
};
