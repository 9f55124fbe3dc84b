// What every widget shares: values that move with the steps, written numbers, colours, a sharp canvas.
const FAR = 1e30;

const stripped = text => (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text);

export default {
  // The value at step t: a plain value as it is, row t of a moving one.
  now(value, t) {
    if (value === undefined || value === null || value.moving === undefined) return value;
    const rows = value.moving;
    if (!rows.shape) return rows[Math.min(t, rows.length - 1)];
    const [count, ...shape] = rows.shape;
    const at = Math.min(t, count - 1);
    if (!shape.length) return rows[at];
    const size = shape.reduce((a, b) => a * b, 1);
    return Object.assign(rows.subarray(at * size, (at + 1) * size), { shape });
  },

  // An array of any depth as one row of numbers with its shape.
  flat(value) {
    if (value === undefined || value === null) return Object.assign([], { shape: [0] });
    if (value.shape) return value;
    if (!Array.isArray(value)) return Object.assign([value], { shape: [] });
    const shape = [];
    for (let level = value; Array.isArray(level); level = level[0]) shape.push(level.length);
    return Object.assign(value.flat(Infinity).map(v => v ?? NaN), { shape });
  },

  // As `pellucid.formatting.number` writes it.
  number(value, digits = 3) {
    if (value === null || value === undefined) return "";
    if (Number.isNaN(value)) return "—";
    const size = Math.abs(value), sign = value < 0 ? "−" : "";
    if (size >= 0.99 * FAR) return sign + "∞";
    if (size === 0) return "0";
    if (size >= 100 && size < 1e9) {
      const decimals = Math.max(digits - String(Math.trunc(size)).length, 0);
      const options = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
      return sign + size.toLocaleString("en-US", options);
    }
    if (size >= 1e-6 && size < 1e-4) return sign + stripped(size.toFixed(digits + 5));
    const [mantissa, power] = size.toExponential(digits - 1).split("e"), e = +power;
    if (e < -4 || e >= digits) {
      return `${sign}${stripped(mantissa)}e${e < 0 ? "−" : "+"}${String(Math.abs(e)).padStart(2, "0")}`;
    }
    return sign + stripped(size.toFixed(Math.max(digits - 1 - e, 0)));
  },

  // In a narrow cell: no row of zeros.
  short(value, digits) {
    const size = Math.abs(value);
    if (!(size > 0 && size < 1e-3)) return this.number(value, digits);
    const [mantissa, power] = size.toExponential(Math.min(digits ?? 3, 2) - 1).split("e");
    return `${value < 0 ? "−" : ""}${stripped(mantissa)}e−${power.slice(1)}`;
  },

  // A term's value in words: {0} the first entry, {+1} the second with its sign.
  written(term, t) {
    const value = this.now(term.value, t), digits = term.digits;
    if (typeof value === "string") return value;
    if (value === undefined || value === null) return "—";
    const entries = Array.from(this.flat(value));
    if (term.text) {
      return term.text.replace(/\{(\+?)(\d+)\}/g, (_, signed, i) => {
        const v = entries[+i];
        return signed ? `${v < 0 ? "−" : "+"} ${this.number(Math.abs(v), digits)}` : this.number(v, digits);
      });
    }
    const shown = entries.slice(0, 5).map(v => (typeof v === "string" ? v : this.number(v, digits)));
    return shown.join(", ") + (entries.length > 5 ? ", …" : "");
  },

  // A sentence with {t}, {steps} and the names of terms filled in.
  filled(text, words = {}) {
    return String(text ?? "").replace(/\{([\w-]+)\}/g, (_, name) => words[name] ?? "");
  },

  colour(el, mark, fallback = "ink") {
    const style = getComputedStyle(el), read = name => style.getPropertyValue("--" + name).trim();
    return (mark.term && read("term-" + mark.term)) || (mark.colour && read(mark.colour)) || read(fallback);
  },

  ink(el, name) { return getComputedStyle(el).getPropertyValue("--" + name).trim(); },

  font(size = 12, weight = 400) { return `${weight} ${size}px Inter, system-ui, sans-serif`; },

  // A canvas as wide as its host, sharp on any screen: [element, context, fit() → [width, height]].
  canvas(el) {
    const canvas = el.appendChild(document.createElement("canvas"));
    canvas.setAttribute("role", "img");
    const context = canvas.getContext("2d");
    const fit = ratio => {
      const width = canvas.clientWidth || 480, height = Math.round(width * ratio);
      const sharp = globalThis.devicePixelRatio || 1;
      const [w, h] = [Math.round(width * sharp), Math.round(height * sharp)];
      if (canvas.width !== w || canvas.height !== h) {
        Object.assign(canvas, { width: w, height: h });
        canvas.style.height = height + "px";
      }
      context.setTransform(sharp, 0, 0, sharp, 0, 0);
      context.clearRect(0, 0, width, height);
      return [width, height];
    };
    return [canvas, context, fit];
  },

  // Round places between a and b.
  // Round places, whole ones for powers of ten; a single number would give no scale.
  ticks(a, b, count = 5, whole = false) {
    if (!(b > a)) return [a];
    const raw = Math.max((b - a) / count, whole ? 1 : 0), power = 10 ** Math.floor(Math.log10(raw));
    const step = (whole ? [1, 2, 5, 10] : [1, 2, 2.5, 5, 10]).find(m => m * power >= raw * 0.999) * power, found = [];
    for (let v = Math.ceil(a / step - 1e-9) * step; v <= b + 1e-9 * step; v += step) {
      found.push(Math.abs(v) < 1e-9 * step ? 0 : whole ? Math.round(v) : v);
    }
    return found.length < 2 && count < 12 ? this.ticks(a, b, count + 1, whole) : found;
  },

  // One redraw an animation frame, whatever happens in between.
  later(draw) {
    let asked = 0;
    return () => { asked ||= requestAnimationFrame(() => { asked = 0; draw(); }); };
  },

  // Redraw on whatever a picture depends on.
  follow(model, el, draw) {
    const again = this.later(draw);
    for (const event of ["change:picture", "change:t", "change:hover", "resize"]) model.on(event, again);
    if (globalThis.ResizeObserver) {
      let width = 0;
      new ResizeObserver(() => { if (el.clientWidth !== width) { width = el.clientWidth; again(); } }).observe(el);
    }
    again();
  },

  // Settings that a picture changes.
  change(model, patch) {
    model.set("state", { ...model.get("state"), ...patch });
    model.save_changes();
  },

  make(tag, properties = {}, ...children) {
    const { dataset, style, role, ...rest } = properties;
    const made = Object.assign(document.createElement(tag), rest);
    if (dataset) Object.assign(made.dataset, dataset);
    if (style) for (const [k, v] of Object.entries(style)) made.style.setProperty(k, v);
    if (role) made.setAttribute("role", role);
    made.append(...children);
    return made;
  },

  // "#rrggbb", "rgb(…)" as [r, g, b].
  rgb(text) {
    const hex = /^#(.)(.)(.)$/.exec(text);
    if (hex) return hex.slice(1).map(d => parseInt(d + d, 16));
    if (text.startsWith("#")) return [1, 3, 5].map(i => parseInt(text.slice(i, i + 2), 16));
    return (text.match(/[\d.]+/g) ?? [0, 0, 0]).slice(0, 3).map(Number);
  },

  mixed(a, b, share) { return a.map((v, i) => Math.round(v + (b[i] - v) * share)); },

  // The colour of a value in a heat map: away from the page, green above 0 and rose below.
  heat(el, share, strength = 0.75) {
    const page = this.rgb(this.ink(el, "page"));
    const full = this.rgb(this.ink(el, share < 0 ? "rose" : "green"));
    return this.mixed(page, full, Math.min(Math.abs(share), 1) * strength);
  },

  reduced() { return globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false; },
};
