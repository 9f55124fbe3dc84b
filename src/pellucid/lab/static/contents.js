// The table of contents shows a picture of each as it comes into view.
import "/static/find.js";
import tools from "/widgets/tools.js";
import { thumb, unpack } from "/static/shell.js";

const cards = [...document.querySelectorAll("[data-name]")];
// One picture at a time, of those in view.
const wanted = [];
let busy = false;
async function work() {
  if (busy) return;
  busy = true;
  for (let card = wanted.shift(); card; card = wanted.shift()) {
    try { await picture(card); } catch { /* a card without a picture is still a card */ }
  }
  busy = false;
}

async function picture(card) {
  const answer = await fetch(`/page/${card.dataset.name}/scene`, { method: "POST", body: "{}", headers: { "Content-Type": "application/json" } });
  if (!answer.ok) return;
  const scene = unpack(await answer.arrayBuffer()), shown = Object.values(scene.pictures)[0];
  const { default: widget } = await import(`/widgets/${shown.widget}.js`);
  thumb(card, { ...scene, picture: shown }, widget, tools);
}

const seen = new IntersectionObserver(found => {
  for (const { target, isIntersecting } of found) {
    if (!isIntersecting) continue;
    seen.unobserve(target); wanted.push(target);
  }
  work();
}, { rootMargin: "200px" });
for (const card of cards) seen.observe(card);
