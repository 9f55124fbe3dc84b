// Cards in a file: the first picture of each page was laid out, and is drawn as it comes into view.
const shown = JSON.parse(document.getElementById("shown").textContent), revived = revivedFrom(shown.arrays);
const { page, tools, ...widgets } = modules;

const seen = new IntersectionObserver(found => {
  for (const { target, isIntersecting } of found) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    const scene = revived(shown.scenes[target.dataset.name]);
    thumb(target, scene, widgets[scene.picture.widget], tools);
  }
}, { rootMargin: "200px" });
for (const name of Object.keys(shown.scenes)) seen.observe(document.querySelector(`[data-name="${name}"]`));
