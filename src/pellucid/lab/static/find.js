// Finds pages by words.
const cards = [...document.querySelectorAll("[data-name]")], none = document.querySelector(".none");
document.getElementById("find").addEventListener("input", event => {
  const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  let left = 0;
  for (const card of cards) {
    const text = (card.textContent + " " + card.dataset.name).toLowerCase();
    card.hidden = !words.every(word => text.includes(word));
    left += card.hidden ? 0 : 1;
  }
  for (const section of document.querySelectorAll("section")) section.hidden = !section.querySelector("[data-name]:not([hidden])");
  none.textContent = left ? (words.length ? `${left} of ${cards.length} pages` : "") : "No page has these words.";
});
