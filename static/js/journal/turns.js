// What the table as a whole asks the server, one after the other. htmx would put a second request of an element off, or
// drop it, while the first has no answer, and tell whoever awaits it at once that there was none.

import { table } from "./table.js";

let turn = Promise.resolve();
let poll = null;

/** Resolves when the answer is in its place, or there is none. `options`: of htmx.ajax. */
export function ask(method, url, options) {
  // News can be asked for again: nobody waits for those that a bad network holds up.
  if (!options.poll) poll?.request.abort();
  turn = turn.then(() => htmx.ajax(method, url, { source: table, target: table, swap: "none", ...options })).catch(() => {});
  return turn;
}

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (ctx.poll && ctx.sourceElement === table) poll = ctx;
});
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx === poll) poll = null;
});
