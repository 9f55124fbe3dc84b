// The live page: scenes from the house over HTTP, streams over one WebSocket.
import page from "/widgets/page.js";
import tools from "/widgets/tools.js";
import { start, unpack } from "/static/shell.js";

const declared = JSON.parse(document.getElementById("declared").textContent);
const widgets = Object.fromEntries(await Promise.all(declared.widgets.map(async name => [name, (await import(`/widgets/${name}.js`)).default])));

async function asked(path, body, headers = { "Content-Type": "application/json" }) {
  let answer;
  try { answer = await fetch(path, { method: "POST", body, headers }); }
  catch { throw new Error("The lab does not answer: is `pellucid lab` still running?"); }
  if (answer.ok) return answer;
  const { message } = await answer.json().catch(() => ({ message: `The lab answered ${answer.status}.` }));
  throw new Error(message);
}

// Work that streams: the house computes the next scene when it is asked for, and no sooner.
let socket = null, waiting = null;
const sent = message => new Promise((resolve, reject) => { waiting?.[0](null); waiting = [resolve, reject]; socket.send(message); });

async function streamed(state) {
  if (socket?.readyState !== WebSocket.OPEN) {
    socket = new WebSocket(`ws://${location.host}/page/${declared.name}/run`);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      const [resolve, reject] = waiting ?? [];
      waiting = null;
      if (typeof data === "string") reject?.(new Error(JSON.parse(data).message)); else resolve?.(unpack(data));
    };
    await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = () => reject(new Error("The lab does not answer: is `pellucid lab` still running?")); });
  }
  return sent(JSON.stringify(state));
}

const source = {
  scene: async state => declared.streams ? streamed(state) : unpack(await (await asked(`/page/${declared.name}/scene`, JSON.stringify(state))).arrayBuffer()),
  more: () => (socket?.readyState === WebSocket.OPEN ? sent("more") : null),
  answer: async (state, index, answer) => (await asked(`/page/${declared.name}/answer`, JSON.stringify({ state, index, answer }))).json(),
  upload: async file => (await asked(`/data?name=${encodeURIComponent(file.name)}`, file, { "Content-Type": "application/octet-stream" })).json(),
};
start({ page, widgets, tools, declared, source, el: document.getElementById("lab") });
