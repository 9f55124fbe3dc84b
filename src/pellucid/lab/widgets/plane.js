// Two axes with marks on them: contour, curve, fit, boundary, clusters, bars, histogram, number line.
import layout from "./plane/axes.js";
import grounds from "./plane/grounds.js";
import handling from "./plane/handles.js";
import labels from "./plane/labels.js";
import marks from "./plane/marks.js";

const MARKS = { ...grounds, ...marks };

export default {
  render({ model, el, tools }) {
    el.classList.add("plane");
    const [canvas, g, fit] = tools.canvas(el), held = [];
    let a = null;
    const handles = handling.handles({ model, el, tools, canvas, place: () => a });

    const draw = () => {
      const picture = model.get("picture");
      if (!picture) return;
      const [width, height] = fit(layout.ratio(el, picture));
      g.font = tools.font();
      a = layout.axes(picture, width, height, tools, text => g.measureText(text).width);
      const c = { labels: [], busy: [], held, g, a, el, tools, picture, t: model.get("t") ?? 0, hover: model.get("hover"), words: model.get("words") };
      const shown = picture.marks.filter(mark => !mark.only?.length || mark.only.includes(c.hover));
      const under = shown.filter(layout.isGround), over = shown.filter(mark => !under.includes(mark));
      for (const mark of under) MARKS[mark.mark](mark, c);
      layout.frame(g, el, tools, picture, a, !under.length);
      g.save(); g.beginPath(); g.rect(a.margin.left - 1, a.margin.top - 1, a.w + 2, a.h + 2); g.clip();
      for (const mark of over) MARKS[mark.mark](mark, c);
      labels.write(c);
      g.restore();
      canvas.setAttribute("aria-label", tools.filled(picture.said, c.words));
      handles.show();
    };
    tools.follow(model, el, draw);
  },
};
