// Other people's changes: asked for every few seconds while the page is seen, put in place without a reload.

import { current, dress, find, go, table, workOf } from "./table.js";
import * as outbox from "./outbox.js";
import { ask } from "./turns.js";

const EVERY = 4000; // ms
let timer = null;

export function watch() {
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : look()));
  plan();
}

const stop = () => clearTimeout(timer);

function plan() {
  stop();
  if (!document.hidden) timer = setTimeout(look, EVERY);
}

async function look() {
  stop();
  // While values of one's own are going out, their answers carry the newest state anyway.
  if (!outbox.waiting()) {
    const news = `/journal/${table.dataset.course}/changes?after=${table.dataset.last}&client=${outbox.client}`;
    await ask("GET", news, { headers: { "X-Span": table.dataset.span }, poll: true });
    applied();
  }
  plan();
}

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const newest = ctx.poll && ctx.response.headers.get("X-Journal-Last");
  if (newest) table.dataset.last = newest;
});

/** After cells were put in place: colours, the tab order and the focus are as they were. */
export function applied() {
  for (const cell of table.querySelectorAll("td[data-student]")) dress(cell);
  const active = current();
  if (!active || active.isConnected) return;
  const fresh = find(active.dataset.student, workOf(active));
  const held = !document.activeElement || document.activeElement === document.body;
  if (fresh) go(fresh, { focus: held });
}
