// Nodes in layers with edges between: wide for a large weight, green above 0 and rose below.
const SVG = "http://www.w3.org/2000/svg";

export default {
  render({ model, el, tools }) {
    el.classList.add("network");
    const draw_ = (name, attributes, text) => {
      const made = document.createElementNS(SVG, name);
      for (const [k, v] of Object.entries(attributes)) made.setAttribute(k, v);
      if (text !== undefined) made.textContent = text;
      return made;
    };
    const svg = el.appendChild(draw_("svg", { role: "img" })), list = el.appendChild(tools.make("div", { className: "row choices" }));

    const draw = () => {
      const picture = model.get("picture");
      if (!picture) return;
      const t = model.get("t") ?? 0, wide = Math.max(el.clientWidth, 260), tall = Math.max(wide * picture.height, 62 * Math.max(...picture.layers.map(l => l.length)) + 40);
      svg.setAttribute("viewBox", `0 0 ${wide} ${tall}`);
      svg.setAttribute("aria-label", tools.filled(picture.said, model.get("words")));
      const radius = Math.min(20, tall / (2.6 * Math.max(...picture.layers.map(l => l.length))));
      const X = l => 34 + (wide - 68) * (picture.layers.length > 1 ? l / (picture.layers.length - 1) : 0.5);
      const Y = (l, i) => 30 + (tall - 40) * (i + 0.5) / picture.layers[l].length;
      const lit = (tools.now(picture.lit, t) ?? []).map(place => place.join());
      const parts = { under: [], over: [] };
      picture.weights.forEach((given, l) => edges(picture, l, tools.flat(tools.now(given, t)), { X, Y, lit, parts }));
      picture.layers.forEach((names, l) => {
        const values = picture.values[l] && tools.flat(tools.now(picture.values[l], t));
        if (picture.titles[l]) parts.over.push(draw_("text", { class: "title", x: X(l), y: 14 }, picture.titles[l]));
        names.forEach((name, i) => {
          const on = lit.includes(`${l},${i}`);
          parts.over.push(draw_("circle", { class: "node" + (on ? " lit" : ""), cx: X(l), cy: Y(l, i), r: radius, "stroke-width": on ? 3 : 1.6 }));
          parts.over.push(draw_("text", { x: X(l), y: Y(l, i) + (values ? -radius - 5 : 4) }, name));
          if (values && Number.isFinite(values[i])) parts.over.push(draw_("text", { x: X(l), y: Y(l, i) + 4 }, tools.number(values[i], 2)));
        });
      });
      svg.replaceChildren(...parts.under, ...parts.over);
    };

    const edges = (picture, l, W, { X, Y, lit, parts }) => {
      const [rows, columns] = W.shape;
      let top = 1e-9;
      for (const w of W) if (Math.abs(w) > top) top = Math.abs(w);
      for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) {
        const w = W[r * columns + c];
        if (Number.isNaN(w)) continue;
        const [x0, y0, x1, y1] = [X(l), Y(l, r), X(l + 1), Y(l + 1, c)], d = `M${x0} ${y0}L${x1} ${y1}`, on = lit.includes(`${l},${r},${c}`);
        const colour = on ? tools.ink(el, "orange") : tools.ink(el, w < 0 ? "rose" : "green");
        parts.under.push(draw_("path", { class: "edge", d, stroke: colour, "stroke-width": (on ? 2.5 : 0.6) + 3.4 * Math.abs(w) / top, opacity: on ? 1 : lit.length ? 0.25 : 0.7 }));
        const at = 0.16 + 0.46 * (c + 0.5) / columns; // where edges cross, their numbers stand apart
        if (picture.numbers) parts.over.push(draw_("text", { x: x0 + (x1 - x0) * at, y: y0 + (y1 - y0) * at - 3 }, tools.number(w, 2)));
        if (!picture.chooses) continue;
        const touch = draw_("path", { class: "touch", d });
        touch.addEventListener("click", () => tools.change(model, { [picture.chooses]: `${l},${r},${c}` }));
        parts.over.unshift(touch);
      }
    };

    // The edges by keyboard: one menu.
    const choices = () => {
      const picture = model.get("picture");
      if (!picture?.chooses) { list.replaceChildren(); return; }
      const now = model.get("state")?.[picture.chooses], select = tools.make("select", { ariaLabel: "Weight" });
      picture.weights.forEach((given, l) => {
        const [rows, columns] = tools.flat(tools.now(given, 0)).shape;
        for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) select.append(tools.make("option", { value: `${l},${r},${c}`, textContent: `${picture.names[l] ?? "W"} row ${r + 1}, column ${c + 1}` }));
      });
      select.value = now;
      select.onchange = () => tools.change(model, { [picture.chooses]: select.value });
      const focused = list.contains(document.activeElement);
      list.replaceChildren(select);
      if (focused) select.focus();
    };
    model.on("change:picture", choices); choices();
    tools.follow(model, el, draw);
  },
};
