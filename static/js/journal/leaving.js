// Leaving the page with values under way: they still go out, and the next page knows of them.

import { csrfToken } from "../app.js";
import { viewerId } from "../session.js";
import * as store from "../offline/store.js";
import { client, remember, standing, url } from "./outbox.js";
import { find, table } from "./table.js";

let draft = () => null;
export const onLeave = (source) => { draft = source; };

/** The version a value will meet: one more than the save of the same cell that is under way, if there is one. */
function versionAfter(edit, inFlight) {
  if (inFlight && inFlight.student === edit.student && inFlight.work === edit.work) return inFlight.sent + 1;
  return edit.follows ? Number(find(edit.student, edit.work).dataset.version) : edit.version;
}

/** Sends what is not sent yet with requests that outlive the page: one a cell, its last value. What becomes of them this
 *  page does not learn, so they stay kept under their ids for the next one. */
function flush() {
  const { queue, inFlight, offline } = standing();
  const open = draft() && { ...draft(), id: store.newId() };
  if (offline && open) remember(open);
  if (offline) return; // all of it is kept, in its order
  const left = new Map();
  for (const edit of [...queue.slice(inFlight ? 1 : 0), ...(open ? [open] : [])]) {
    const key = `${edit.student}/${edit.work}`;
    const before = left.get(key);
    if (before) store.drop(before.key);
    left.set(key, { ...edit, follows: false, version: before?.version ?? versionAfter(edit, inFlight) });
  }
  for (const edit of left.values()) {
    remember(edit);
    const body = new URLSearchParams({ ...store.valuesOf(edit), csrf_token: csrfToken() });
    const headers = { "HX-Request": "true", "X-Client": client, "X-Viewer": viewerId(), "X-Request-Id": edit.id };
    fetch(url(edit), { method: "POST", body, keepalive: true, credentials: "same-origin", headers }).catch(() => {});
  }
}
if (table) {
  window.addEventListener("pagehide", flush);
  window.addEventListener("beforeunload", (event) => {
    if (store.isKept()) return; // the next page has it
    const refused = table.querySelector("td.refused");
    if (refused || standing().isTrying) event.preventDefault();
  });
}
