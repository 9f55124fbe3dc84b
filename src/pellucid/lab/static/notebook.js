// The live page inside a notebook: what the lab asks over HTTP is asked of the kernel, by two traits.
let views = 0;

function asking(model) {
  const view = `${Date.now().toString(36)}-${views++}`, waiting = new Map();
  let count = 0;
  const ask = (kind, rest = {}) => new Promise((resolve, reject) => {
    const id = `${view}-${count++}`;
    waiting.set(id, { resolve, reject });
    model.set("asked", { view, id, kind, ...rest });
    model.save_changes();
  });
  const answered = () => {
    const bytes = model.get("answered");
    if (!bytes?.byteLength) return;
    const frame = unpack(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    const wanted = waiting.get(frame.asked);
    if (!wanted) return; // of another view of the same page
    waiting.delete(frame.asked);
    if (frame.trouble) wanted.reject(new Error(frame.trouble)); else wanted.resolve(frame.found);
  };
  model.on("change:answered", answered);
  return { ask, leave() { ask("leave"); model.off("change:answered", answered); } };
}

const encoded = file => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
  reader.onerror = () => reject(new Error("The file cannot be read."));
  reader.readAsDataURL(file);
});

export default {
  render({ model, el }) {
    const { page, tools, ...widgets } = modules, { ask, leave } = asking(model);
    const source = {
      scene: state => ask("scene", { state }),
      more: () => ask("more"),
      answer: (state, index) => ask("answer", { state, index }),
      upload: async file => ask("upload", { name: file.name, content: await encoded(file) }),
    };
    const host = tools.make("div", { className: "inside" });
    el.append(host);
    const shown = start({ page, widgets, tools, declared: model.get("declared"), source, el: host, link: false });
    // What the notebook's own code changes.
    const moved = () => { shown.set("state", { ...shown.get("state"), ...model.get("moved") }); shown.save_changes(); };
    model.on("change:moved", moved);
    return () => { model.off("change:moved", moved); shown.leave(); leave(); };
  },
};
