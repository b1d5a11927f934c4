// The page of a job asks how far it is (htmx, every second), but not while nobody looks; the end is said aloud.

import { announce } from "./app.js";

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  if (!ctx.sourceElement?.matches?.("[data-poll]")) return;
  ctx.poll = true; // a session that ran out does not ask for the password by itself
  if (document.hidden) event.preventDefault();
});

document.addEventListener("htmx:after:swap", () => {
  const ended = document.querySelector("[data-job-ended]");
  if (ended) announce(ended.dataset.jobEnded);
});
