// Messages over a page: for everybody in the corner, for screen readers in a live region.

const SECONDS = { "": 5, good: 5, bad: 12 };

/** Say something to screen readers without showing it. */
export function announce(text) {
  const region = document.getElementById("announcer");
  region.textContent = "";
  // A change is only read out when the region was empty for a moment.
  setTimeout(() => { region.textContent = text; }, 50);
}

/** Show a message in the corner. kind: "" (usual), "good", "bad". The same text is not shown twice at a time. */
export function toast(text, kind = "") {
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
