"use strict";
// The box at the head of a table ticks all boxes of its form that have the name it says; beside the button stands how
// many are ticked.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form) return;
  const named = (name) => [...form.querySelectorAll(`input[name="${name}"]`)];
  const all = event.target.dataset.ticks;
  if (all) for (const box of named(all)) box.checked = event.target.checked;
  for (const place of form.querySelectorAll("[data-ticked]")) {
    const count = named(place.dataset.ticked).filter((box) => box.checked).length;
    place.textContent = count ? `(${count})` : "";
  }
});
