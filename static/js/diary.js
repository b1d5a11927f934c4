// The diary: on a wide screen the whole week lies open; a mark in full opens in the dialog of the page.

import { announce } from "./app.js";

const WIDE = window.matchMedia("(min-width: 60rem)");

function openDays() {
  if (!WIDE.matches) return;
  for (const day of document.querySelectorAll("details.day")) day.open = true;
}

// Of tabs that do not fit, the open one is in sight.
const tabs = document.querySelector(".diary-tabs ul");
const open = tabs?.querySelector("[aria-current]");
if (open) tabs.scrollLeft = open.offsetLeft - (tabs.clientWidth - open.offsetWidth) / 2;

/** What a notice leads to (…#day-2026-11-23, …#pair-17, …#task-5) lies open and in sight, whatever day is today. */
function openNamed() {
  const named = document.getElementById(location.hash.slice(1));
  const fold = named?.closest("details.day, details.past-tasks");
  if (!fold || fold.open) return;
  fold.open = true;
  named.scrollIntoView();
}

openDays();
openNamed();
WIDE.addEventListener("change", openDays);
window.addEventListener("hashchange", openNamed);

let turned = "";

document.addEventListener("click", (event) => {
  const turn = event.target.closest("[data-turn]");
  if (turn) turned = turn.dataset.turn;
});

document.addEventListener("htmx:after:swap", () => {
  const detail = document.getElementById("mark-detail");
  const dialog = document.getElementById("mark-dialog");
  if (detail?.childElementCount && dialog && !dialog.open) {
    dialog.showModal();
    return;
  }
  openDays();
  // The arrow that was pressed is a new one now: the keyboard stays on it, and a reader hears the new week.
  if (turned) {
    document.querySelector(`[data-turn="${turned}"]`)?.focus({ preventScroll: true });
    announce(document.getElementById("week-title").textContent.trim().replace(/\s+/g, " "));
  }
  turned = "";
});

// Closed by its button, Escape or a tap beside it: emptied, so that the next mark is not mistaken for this one.
const dialog = document.getElementById("mark-dialog");
dialog?.addEventListener("close", () => document.getElementById("mark-detail").replaceChildren());
dialog?.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close();
});

for (const field of document.querySelectorAll("[data-select-all]")) {
  field.addEventListener("focus", () => field.select());
}
