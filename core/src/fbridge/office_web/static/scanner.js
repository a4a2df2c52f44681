"use strict";
// A scanner types as a keyboard does, fast and with Enter at the end, wherever the focus is. What is typed into a
// text field is left alone. Each code is answered by a sound, a colour and words, one after the other.
(() => {
  const place = document.getElementById("scanner");
  if (!place) return;
  const FAST = 300; // milliseconds between two keys of a scanner, at most; people who press single keys are slower
  const SHORTEST = 2;
  const answer = document.getElementById("answer");
  const left = document.getElementById("left");
  const typed = document.getElementById("typed");
  const kept = `fbridge-scanned-${place.dataset.name}`;
  let next = ""; // the shipment that waits for its number
  let work = Promise.resolve();

  const mode = () => place.querySelector("input[name=mode]:checked").value;
  const scanned = () => JSON.parse(sessionStorage.getItem(kept) || "[]");

  // The mode stays as it was chosen, also when the page is loaded again.
  const keptMode = sessionStorage.getItem("fbridge-scan-mode");
  for (const one of place.querySelectorAll("input[name=mode]")) {
    if (one.value === keptMode) one.checked = true;
    one.addEventListener("change", () => {
      sessionStorage.setItem("fbridge-scan-mode", mode());
      next = "";
    });
  }

  // ---- what is heard and seen

  let sound;
  function beep(ok) {
    sound = sound || new AudioContext();
    sound.resume();
    for (const [at, pitch] of ok ? [[0, 1320]] : [[0, 220], [0.25, 165]]) {
      const tone = sound.createOscillator();
      const volume = sound.createGain();
      tone.type = ok ? "sine" : "square";
      tone.frequency.value = pitch;
      volume.gain.value = ok ? 0.2 : 0.3;
      tone.connect(volume).connect(sound.destination);
      tone.start(sound.currentTime + at);
      tone.stop(sound.currentTime + at + (ok ? 0.12 : 0.22));
    }
  }

  function show(ok, words) {
    answer.className = ok ? "answer yes" : "answer no";
    answer.textContent = `${ok ? place.dataset.yes : place.dataset.no} ${words}`;
    answer.dataset.count = Number(answer.dataset.count || 0) + 1;
    beep(ok);
  }

  function mark(label) {
    const row = document.querySelector(`tr[data-shipment="${CSS.escape(label)}"]`);
    if (row) row.classList.add("scanned");
  }

  function showLeft(told) {
    if (told.complete) left.textContent = place.dataset.complete;
    else left.textContent = `${place.dataset.left}: ${told.left} (${told.missing.join("; ")}${told.left > told.missing.length ? "; ..." : ""})`;
  }

  // ---- one code

  async function ask(code, chosen) {
    const body = new URLSearchParams({ code, mode: chosen, shipment: next });
    if (chosen === "check") body.append("before", scanned().join("\n"));
    const told = await fetch(place.dataset.url, {
      method: "POST",
      body,
      headers: { "X-Form-Token": place.dataset.token, "HX-Request": "true" },
    });
    if (told.headers.get("HX-Redirect")) location.assign(told.headers.get("HX-Redirect"));
    if (!told.ok) throw new Error(told.statusText);
    return told.json();
  }

  async function answered(code) {
    const chosen = mode();
    let told;
    try {
      told = await ask(code, chosen);
    } catch {
      show(false, `${code}: ${place.dataset.failed}`);
      return;
    }
    if (chosen === "check") {
      if (told.ok) sessionStorage.setItem(kept, JSON.stringify([...scanned(), code]));
      showLeft(told);
    } else if (told.ok) {
      showRows();
    }
    if (chosen === "number" && told.next !== undefined) next = told.next;
    if (told.ok && told.shipment) mark(told.shipment);
    show(told.ok, `${code}: ${told.words}`);
  }

  function scan(code) {
    if (code) work = work.then(() => answered(code));
  }

  // The rows are read again once the scanner rests.
  let resting;
  function showRows() {
    clearTimeout(resting);
    resting = setTimeout(
      () => htmx.ajax("GET", place.dataset.page, { target: "#rows", select: "#rows", swap: "outerHTML" }),
      600,
    );
  }

  // ---- keys

  const TEXT = /^(text|search|number|password|email|tel|url|date|time|)$/;
  function isText(target) {
    if (target.isContentEditable || target.tagName === "TEXTAREA") return true;
    return target.tagName === "INPUT" && TEXT.test(target.getAttribute("type") || "");
  }

  let read = "";
  let at = 0;
  let list; // a list that had the focus, and what was chosen there before the scanner typed
  document.addEventListener("keydown", (event) => {
    if (isText(event.target) || event.ctrlKey || event.altKey || event.metaKey) return;
    const now = performance.now();
    if (now - at > FAST) read = "";
    at = now;
    if (event.key === "Enter") {
      if (read.length < SHORTEST) return;
      event.preventDefault(); // else it would press the button that has the focus
      if (list) list.element.value = list.value;
      scan(read);
      read = "";
    } else if (event.key.length === 1) {
      if (!read) list = event.target.tagName === "SELECT" ? { element: event.target, value: event.target.value } : undefined;
      else if (!list) event.preventDefault(); // a blank would press the button that has the focus
      read += event.key;
    }
  }, true);

  typed.addEventListener("submit", (event) => {
    event.preventDefault();
    scan(document.getElementById("code").value.trim());
    document.getElementById("code").value = "";
  });
  document.getElementById("anew").addEventListener("click", () => {
    sessionStorage.removeItem(kept);
    left.textContent = "";
    answer.textContent = "";
    answer.className = "";
    for (const row of document.querySelectorAll("tr.scanned")) row.classList.remove("scanned");
  });
})();
