// A group's page: turned in place, the keyboard stays where it was and a reader hears what is shown now.

import { announce } from "./app.js";

let turned = "";

const remember = (event) => {
  const turn = event.target.closest("[data-turn]");
  if (turn) turned = turn.dataset.turn;
};
document.addEventListener("click", remember);
document.addEventListener("change", remember);

document.addEventListener("htmx:after:swap", () => {
  if (!turned) return;
  document.querySelector(`#board [data-turn="${turned}"]`)?.focus({ preventScroll: true });
  turned = "";
  const title = document.getElementById("board-title");
  if (title) announce(title.textContent.trim());
});
