// Words with arcs between them, as strong as their weights.
export default {
  render({ model, el, tools }) {
    el.classList.add("arcs");
    const [canvas, g, fit] = tools.canvas(el), list = el.appendChild(tools.make("div", { className: "words" }));
    const places = (words, width) => {
      g.font = tools.font(13);
      const wide = words.map(word => g.measureText(word).width + 14), sum = wide.reduce((a, b) => a + b, 0);
      const scale = Math.min(1, (width - 8) / sum), gap = Math.max(0, (width - 8 - sum) / words.length);
      let x = 4 + gap / 2;
      return wide.map(w => { const middle = x + w * scale / 2; x += w * scale + gap; return middle; });
    };
    const draw = () => {
      const picture = model.get("picture");
      if (!picture) return;
      const below = picture.targets.length > 0, [width, height] = fit(0.42), t = model.get("t") ?? 0;
      const W = tools.flat(tools.now(picture.weights, t)), columns = W.shape[1];
      const from = places(picture.words, width), to = below ? places(picture.targets, width) : from, line = below ? 22 : height - 34;
      g.textAlign = "center"; g.lineWidth = 1;
      for (let r = 0; r < W.shape[0]; r++) for (let c = 0; c < columns; c++) {
        const weight = W[r * columns + c], chosen = picture.chosen;
        if (!(weight > 0.02)) continue;
        g.strokeStyle = tools.colour(el, picture, "blue"); g.lineWidth = 0.5 + 7 * weight;
        g.globalAlpha = chosen < 0 || chosen === r ? 0.25 + 0.7 * weight : 0.06;
        g.beginPath();
        if (below) { g.moveTo(from[r], line + 8); g.bezierCurveTo(from[r], height / 2, to[c], height / 2, to[c], height - 26); }
        else if (r === c) g.arc(from[r], line - 14, 7, 0.6 * Math.PI, 0.4 * Math.PI);
        else { const reach = Math.min(Math.abs(to[c] - from[r]) / 2, line - 20); g.ellipse((from[r] + to[c]) / 2, line - 12, Math.abs(to[c] - from[r]) / 2, reach, 0, Math.PI, 2 * Math.PI); }
        g.stroke();
      }
      g.globalAlpha = 1;
      const write = (words, x, y) => words.forEach((word, i) => {
        g.font = tools.font(13, i === picture.chosen ? 700 : 400); g.fillStyle = tools.ink(el, "ink");
        g.save(); g.translate(x[i], y); if (words.length > 12) g.rotate(-0.6); g.fillText(word, 0, 0); g.restore();
      });
      write(picture.words, from, below ? 16 : height - 16);
      if (below) write(picture.targets, to, height - 10);
      canvas.setAttribute("aria-label", tools.filled(picture.said, model.get("words")));
      offer(picture);
    };
    const offer = picture => {
      if (!picture.chooses) return;
      if (list.children.length !== picture.words.length) {
        list.replaceChildren(...picture.words.map((word, i) => {
          const button = tools.make("button", { type: "button", textContent: word });
          button.onclick = () => tools.change(model, { [picture.chooses]: i });
          return button;
        }));
      }
      [...list.children].forEach((button, i) => { button.textContent = picture.words[i]; button.setAttribute("aria-pressed", i === picture.chosen); });
    };
    tools.follow(model, el, draw);
  },
};
