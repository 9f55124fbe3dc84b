// Places that can be dragged or moved with the arrow keys, and points that a click adds.
const handlesOf = picture => picture.marks.filter(mark => mark.mark === "handle");

export default {
  // `place()` gives the axes as they are drawn now; `show()` puts a focusable place over each handle.
  handles({ model, el, tools, canvas, place }) {
    const grips = [];

    const show = () => {
      const a = place(), marks = handlesOf(model.get("picture"));
      while (grips.length > marks.length) grips.pop().remove();
      marks.forEach((mark, i) => {
        const found = grips[i] ?? (grips[i] = el.appendChild(gripOf(i)));
        found.setAttribute("aria-label", `${mark.label}: drag, or move with the arrow keys`);
        // A handle beyond the picture waits at its edge.
        found.style.left = Math.max(12, Math.min(a.width - 12, a.X(mark.x))) + "px";
        found.style.top = Math.max(12, Math.min(a.height - 12, a.Y(mark.y))) + "px";
      });
    };

    const moved = (mark, x, y) => {
      const a = place();
      const precise = (v, span) => { const d = Math.max(0, Math.ceil(-Math.log10(span / 300))); return +v.toFixed(Math.min(d, 8)); };
      const to = [x, y].map((v, i) => precise((v - mark.origin[i]) * mark.factor[i], Math.abs((a.span[2 * i + 1] - a.span[2 * i]) * mark.factor[i])));
      if (mark.index === undefined) {
        const own = Object.fromEntries(mark.settings.map((name, i) => [name, to[i]]).filter(([name]) => name));
        return tools.change(model, { ...own, ...mark.also });
      }
      // The setting becomes what the handles show, should it not be that yet.
      const name = mark.settings[0], shown = handlesOf(model.get("picture")).filter(m => m.settings[0] === name);
      const rows = structuredClone(model.get("state")[name]), whole = rows.length === shown.length ? rows : shown.map(m => [m.x, m.y]);
      whole[mark.index] = [to[0], to[1], ...whole[mark.index].slice(2)];
      tools.change(model, { [name]: whole, ...mark.also });
    };

    const at = event => { const r = canvas.getBoundingClientRect(), k = r.width / canvas.clientWidth || 1; return place().back((event.clientX - r.left) / k, (event.clientY - r.top) / k); };
    const inside = ([x, y]) => { const [l, r, b, t] = model.get("picture").box; return [Math.max(l, Math.min(r, x)), Math.max(b, Math.min(t, y))]; };

    function gripOf(i) {
      const found = tools.make("button", { className: "grip", type: "button" });
      const mark = () => handlesOf(model.get("picture"))[i];
      const drag = event => moved(mark(), ...inside(at(event)));
      found.addEventListener("pointerdown", event => { found.setPointerCapture(event.pointerId); found.onpointermove = drag; event.preventDefault(); found.focus(); });
      for (const name of ["pointerup", "pointercancel"]) found.addEventListener(name, () => { found.onpointermove = null; });
      found.addEventListener("keydown", event => {
        const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key] ?? [0, 0];
        const remove = (event.key === "Delete" || event.key === "Backspace") && model.get("picture").adds;
        if (remove) {
          const rows = model.get("state")[mark().settings[0]].filter((_, k) => k !== mark().index);
          event.preventDefault(); return tools.change(model, { [mark().settings[0]]: rows });
        }
        if (!dx && !dy) return;
        event.preventDefault(); event.stopPropagation();
        const a = place(), step = event.shiftKey ? 1 / 10 : 1 / 40, m = mark(), px = a.X(m.x) + dx * a.w * step, py = a.Y(m.y) - dy * a.h * step;
        moved(m, ...inside(a.back(px, py)));
      });
      return found;
    }

    const add = ([x, y]) => {
      const { adds, group } = model.get("picture"), state = model.get("state"), short = v => +v.toPrecision(3);
      const row = [short(x), short(y)];
      if (group) row.push(Number(state[group] === true || state[group] === "positive" || +state[group] || 0));
      tools.change(model, { [adds]: [...state[adds], row] });
    };
    canvas.addEventListener("click", event => {
      const picture = model.get("picture"), marks = handlesOf(picture);
      if (picture.adds) add(inside(at(event)));
      else if (marks.length === 1) moved(marks[0], ...inside(at(event)));
    });
    const more = tools.make("button", { className: "more", type: "button", textContent: "Add a point" });
    more.addEventListener("click", () => { const [l, r, b, t] = model.get("picture").box; add([(l + r) / 2, (b + t) / 2]); });
    const offer = () => { if (model.get("picture")?.adds && !more.isConnected) el.append(more); };
    model.on("change:picture", offer); offer();
    return { show };
  },
};
