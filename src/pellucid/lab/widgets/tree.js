// Steps one below the other, or inside another; those yet to come are not shown.
export default {
  render({ model, el, tools }) {
    const list = el.appendChild(tools.make("ol", { className: "steps" }));
    const draw = () => {
      const picture = model.get("picture"), t = model.get("t") ?? 0, hover = model.get("hover");
      if (!picture) return;
      list.replaceChildren(...picture.steps.filter(step => (step.at ?? 0) <= t).map(step => {
        const line = tools.make("li", { style: { "--depth": step.depth ?? 0 } }), body = tools.make("div");
        if (step.svg) body.innerHTML = step.svg; else body.textContent = tools.filled(step.text, model.get("words"));
        line.append(body);
        if (step.note) line.append(tools.make("small", { textContent: step.note }));
        if (step.term) line.style.setProperty("--c", `var(--term-${step.term})`);
        line.classList.toggle("lit", Boolean(step.term) && step.term === hover);
        line.classList.toggle("new", step.at > 0 && step.at === t);
        return line;
      }));
      list.setAttribute("aria-label", tools.filled(picture.said, model.get("words")));
    };
    tools.follow(model, el, draw);
  },
};
