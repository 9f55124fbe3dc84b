// A grid of images.
export default {
  render({ model, el, tools }) {
    el.classList.add("images");
    el.setAttribute("role", "group");
    const { make } = tools;
    const list = (values, t) => {
      const now = tools.now(values, t);
      if (!now.shape) return now.map(v => tools.flat(v));
      const [count, h, w] = now.shape;
      return Array.from({ length: count }, (_, i) => Object.assign(now.subarray(i * h * w, (i + 1) * h * w), { shape: [h, w] }));
    };
    const paint = (canvas, image, picture) => {
      const [h, w] = image.shape, context = canvas.getContext("2d");
      Object.assign(canvas, { width: w, height: h });
      canvas.style.setProperty("--aspect", `${w} / ${h}`);
      let [low, high] = [Infinity, -Infinity];
      for (const v of image) { if (v < low) low = v; if (v > high) high = v; }
      low = picture.low ?? low; high = picture.high ?? high;
      const top = Math.max(Math.abs(low), Math.abs(high)) || 1, pixels = context.createImageData(w, h);
      const [dark, light] = ["page", "ink"].map(name => tools.rgb(tools.ink(el, name)));
      image.forEach?.((v, i) => {
        const colour = picture.signed ? tools.heat(el, v / top, 0.95) : tools.mixed(dark, light, Math.max(0, Math.min(1, (v - low) / (high - low || 1))));
        pixels.data.set([...colour, 255], 4 * i);
      });
      context.putImageData(pixels, 0, 0);
    };
    const draw = () => {
      const picture = model.get("picture"), t = model.get("t") ?? 0;
      if (!picture) return;
      const found = list(picture.values, t), marked = tools.now(picture.marked, t);
      el.style.setProperty("--columns", Math.min(picture.columns, found.length));
      const tiles = found.map((image, i) => {
        const title = tools.filled(picture.titles[i] ?? "", model.get("words")), canvas = make("canvas", { role: "img", ariaLabel: title || `image ${i + 1}` });
        const tile = make(picture.chooses ? "button" : "div", { className: "tile" + (marked === i ? " marked" : "") }, canvas, ...(title ? [make("span", { textContent: title })] : []));
        if (picture.chooses) { tile.type = "button"; tile.onclick = () => tools.change(model, { [picture.chooses]: i }); }
        paint(canvas, image, picture);
        return tile;
      });
      const focused = [...el.children].indexOf(document.activeElement);
      el.replaceChildren(...tiles);
      if (focused >= 0) el.children[focused]?.focus();
      el.setAttribute("aria-label", tools.filled(picture.said, model.get("words")));
    };
    tools.follow(model, el, draw);
  },
};
