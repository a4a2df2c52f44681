// A file that is too large is told before it is sent: browsers show no answer to a request that was cut off.
document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.dataset.mostBytes) {
    const largest = Math.max(0, ...Array.from(field.files, (file) => file.size));
    field.setCustomValidity(largest > Number(field.dataset.mostBytes) ? field.dataset.tooLarge : "");
    field.reportValidity();
  }
});
