"use strict";
// The box at the head of a table ticks all boxes of its form that have the name it says.
document.addEventListener("change", (event) => {
  const name = event.target.dataset ? event.target.dataset.ticks : undefined;
  if (!name) return;
  for (const box of event.target.form.querySelectorAll(`input[name="${name}"]`)) box.checked = event.target.checked;
});
