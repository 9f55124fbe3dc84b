// Cells that are drawn on: a signal, an image, a filter.
export default {
  render({ model, el, tools }) {
    const { make } = tools, pad = el.appendChild(make("div", { className: "pad", role: "group" }));
    let cells = [], stroke = null, shape = "";
    const rows = () => structuredClone(model.get("state")[model.get("picture").setting]);
    const set = (r, c, value) => {
      const now = rows(), { setting, also } = model.get("picture");
      if (now[r][c] === value) return;
      now[r][c] = value; tools.change(model, { [setting]: now, ...also });
    };
    const place = (r, c) => {
      const button = make("button", { type: "button", tabIndex: r + c ? -1 : 0 });
      const begin = event => {
        const { low, high } = model.get("picture");
        stroke = rows()[r][c] === high ? low : high; set(r, c, stroke);
        button.releasePointerCapture?.(event.pointerId); event.preventDefault(); button.focus();
      };
      button.addEventListener("pointerdown", begin);
      button.addEventListener("pointerenter", event => { if (stroke !== null && event.buttons) set(r, c, stroke); });
      button.addEventListener("keydown", event => {
        const picture = model.get("picture"), value = rows()[r][c], { low, high, step } = picture;
        const by = { "+": step, "=": step, "-": -step }[event.key];
        const [dr, dc] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] ?? [0, 0];
        if (by) set(r, c, Math.max(low, Math.min(high, value + by)));
        else if (event.key === " " || event.key === "Enter") set(r, c, value === high ? low : high);
        else if (dr || dc) {
          const to = cells[r + dr]?.[c + dc];
          if (to) { button.tabIndex = -1; to.tabIndex = 0; to.focus(); }
        } else return;
        event.preventDefault(); event.stopPropagation();
      });
      return button;
    };
    globalThis.addEventListener?.("pointerup", () => { stroke = null; });
    const draw = () => {
      const picture = model.get("picture");
      if (!picture) return;
      const Z = tools.flat(picture.values), [h, w] = Z.shape;
      if (shape !== `${h},${w}`) {
        shape = `${h},${w}`; cells = Array.from({ length: h }, (_, r) => Array.from({ length: w }, (_, c) => place(r, c)));
        pad.replaceChildren(...cells.flat()); pad.style.setProperty("--columns", w);
      }
      const marked = (tools.now(picture.marked, model.get("t") ?? 0) ?? []).map(p => p.join()), top = Math.max(Math.abs(picture.low), Math.abs(picture.high));
      cells.forEach((line, r) => line.forEach((button, c) => {
        const value = Z[r * w + c], text = tools.number(value, 2);
        button.style.background = `rgb(${tools.heat(el, value / top, 0.5)})`;
        button.textContent = picture.numbers ? text : "";
        button.ariaLabel = `row ${r + 1}, column ${c + 1}: ${text}`;
        button.classList.toggle("marked", marked.includes(`${r},${c}`));
      }));
      pad.setAttribute("aria-label", tools.filled(picture.said, model.get("words")));
    };
    tools.follow(model, el, draw);
  },
};
