// Messages over a page: for everybody in the corner, for screen readers in a live region (the corner is none: it would
// say everything twice, and nothing while a dialog is open).

const SECONDS = { "": 5, good: 5, bad: 12 };

const PAUSE = 60; // ms: a change is only read out when the region was empty for a moment
const unsaid = { announcer: [], alerter: [] };

/** Say something to screen readers without showing it: once, and nothing of what is said at the same moment is lost.
 *  `urgent`: a refusal, read out before whatever else waits to be read. */
export function announce(text, urgent = false) {
  const region = document.getElementById(urgent ? "alerter" : "announcer");
  const words = unsaid[region.id];
  if (words.includes(text)) return;
  words.push(text);
  if (words.length > 1) return;
  region.textContent = "";
  bringIn(region);
  setTimeout(() => say(region, words), PAUSE);
}

function say(region, words) {
  if (bringIn(region)) setTimeout(() => say(region, words), PAUSE);
  else region.textContent = words.splice(0).join(" ");
}

/** An open dialog makes all that is outside it silent: the region goes where it is heard. True where it had to move. */
function bringIn(region) {
  const place = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document.body;
  if (region.parentElement === place) return false;
  place.append(region);
  return true;
}

const NEXT = "say-next";
/** Say it on the page that is opened now. */
export const announceNext = (text) => sessionStorage.setItem(NEXT, text);

window.addEventListener("load", () => {
  const text = sessionStorage.getItem(NEXT);
  sessionStorage.removeItem(NEXT);
  if (text) announce(text);
});

/** Show a message in the corner and say it. kind: "" (usual), "good", "bad". The same text is not shown twice at a time. */
export function toast(text, kind = "") {
  announce(text, kind === "bad");
  const area = document.getElementById("toasts");
  const shown = [...area.children].find((note) => note.firstChild.textContent === text);
  if (shown) return shown;
  const note = document.createElement("div");
  note.className = `toast-note ${kind ? `toast-${kind}` : ""}`;
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.setAttribute("aria-label", "Закрыть сообщение");
  close.textContent = "✕";
  close.addEventListener("click", () => note.remove());
  note.append(words, close);
  area.append(note);
  setTimeout(() => note.remove(), 1000 * (SECONDS[kind] ?? 5));
  return note;
}
