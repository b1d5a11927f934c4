// Saving in the background: typing goes on, values go out one after another, in order, and none is dropped.
// A cell shows what became of it: saving, saved, refused, waiting for the network.

import { announce, errorText, toast } from "../app.js";
import { refusalOf } from "../offline/cells-in.js";
import * as store from "../offline/store.js";
import { forgetSuggestions, saySaved, showRefused, showSaved, showTyped, WHY } from "./cell-shows.js";
import { adopt, current, find, headOf, isEditable, nameOf, periodOf, table } from "./table.js";
import { ask } from "./turns.js";

const placed = (edit) => ({ course: table.dataset.course, ...edit });
export const url = (edit) => store.addressOf(placed(edit));
/** This open page: others are told of its changes, it is not. */
export const { client } = store;

const queue = [];
let running = false;
let inFlight = null;
let offline = false;
let refusing = "";
let retry = 0;
let wake = null;
const listeners = { refused: () => {}, saved: () => {} };

export const on = (name, listener) => { listeners[name] = listener; };
export const waiting = () => queue.length;
/** What is not on the server yet, for a page that is being left: the values in order, the one under way, and how it goes. */
export const standing = () => ({ queue, inFlight, offline, isTrying: retry > 0 && queue.length > 0 });
export const isWaiting = (student, work) => queue.some((edit) => edit.student === student && edit.work === work);
export const isOffline = () => offline && queue.length > 0;
const isActWaiting = (cell) => Boolean(cell) && queue.some((edit) => edit.work === `lesson:${headOf(cell).dataset.lesson}`);

/** Queues {student, work, text, version[, reason]}; a second edit of the same cell follows the first one's version. */
export function put(edit) {
  const cell = find(edit.student, edit.work);
  edit.follows ||= isWaiting(edit.student, edit.work) || isActWaiting(cell);
  edit.id ??= store.newId();
  // What a refused cell shows is not what stands in it.
  edit.was = cell?.dataset.typed === undefined ? cell?.textContent : cell.dataset.stored;
  store.settle(placed(edit));
  remember(edit);
  queue.push(edit);
  show(edit);
  run();
}

/** Keeps a value in the browser until the server has it. Without the name: the row's number tells the place. */
export function remember(edit, refusal) {
  const { id, key, student, work, text, version, follows, reason, debt, takesBack, was, batch } = edit;
  const cell = find(student, work);
  const place = cell ? `№ ${cell.parentElement.cells[0].textContent.trim()}, ${headOf(cell).dataset.name}` : edit.place ?? "";
  const title = table.getAttribute("aria-label").replace("Журнал: ", "");
  const entry = { id, key, student, work, text, version, follows, reason, debt, takesBack, was, batch, title, place, refusal };
  edit.key = store.keep(placed(entry));
}

/** Values of this journal that an earlier page could not send go out from here, in the order they were typed. */
export async function takeUp() {
  for (const entry of await store.orphans()) {
    const here = entry.course === table.dataset.course && table.dataset.editable !== undefined;
    const cell = here ? find(entry.student, entry.work) : null;
    if (!isEditable(cell) && !(here && store.isAct(entry))) continue;
    // Whether a request carried it the page before knew, this one does not.
    const edit = { ...entry, before: cell?.textContent, tried: true };
    remember(edit);
    queue.push(edit);
    show(edit);
  }
  run();
}

function show(edit) {
  if (showTyped(edit)) tell();
}

async function run() {
  if (running) return;
  running = true;
  while (queue.length) {
    const edit = queue[0];
    inFlight = edit;
    edit.tried = true;
    const status = await post(edit);
    inFlight = null;
    if (isPassing(edit, status)) {
      await pause(status);
      continue;
    }
    offline = false;
    retry = 0;
    if (queue[0] === edit) queue.shift();
    settle(edit, status);
  }
  running = false;
  tell();
}

let lastMark = null;
/** One's own last save if it was a mark of a period with a known value before it: it is taken back by writing that. */
export function takeLastMark() {
  const mark = lastMark?.before === undefined ? null : lastMark;
  lastMark = null;
  return mark;
}

const TRIES = 4; // of a value the server fails on: the others behind it must not wait for ever

/** Whether to send the same value again: no network, signing in, a busy server, a fault that may be gone soon. */
function isPassing(edit, status) {
  if (status === 500) {
    edit.faults = (edit.faults ?? 0) + 1;
    return edit.faults < TRIES;
  }
  return [0, 401, 429].includes(status) || status > 500;
}

/** Takes back what was entered last and still waits. What no request has carried yet leaves the queue; the server may
 *  have the rest, so that what stood before goes behind it. What was done as one goes back as one. */
export function takeBack() {
  const last = queue.findLast((edit) => !edit.takesBack && !edit.takenBack);
  if (!last) return { count: 0 };
  if (last.tried && (store.isAct(last) || last.was === undefined)) return { cannot: true };
  const group = queue.filter((edit) => edit === last || (last.batch && edit.batch === last.batch && !edit.takenBack));
  for (const edit of group.reverse()) {
    if (edit.tried) {
      edit.takenBack = true;
      put({ student: edit.student, work: edit.work, text: edit.was ?? "", version: edit.version, takesBack: true });
    } else {
      queue.splice(queue.indexOf(edit), 1);
      store.drop(edit.key);
      unshow(edit);
    }
  }
  tell();
  return { count: group.length, edit: last };
}

/** The cell as it was before a value that is not sent after all. */
function unshow(edit) {
  const cell = find(edit.student, edit.work);
  if (!cell) return;
  show({ ...edit, text: edit.was ?? "" });
  if (!isWaiting(edit.student, edit.work)) cell.classList.remove("saving");
}

/** Sends one value; the answer is the cell's fragment, which htmx puts in its place. 0: no answer. */
async function post(edit) {
  const cell = find(edit.student, edit.work);
  const outcome = { status: 0 };
  if (!cell) return postAct(edit, outcome);
  edit.sent = edit.follows ? Number(cell.dataset.version) : edit.version;
  await htmx.ajax("POST", url(edit), {
    source: cell,
    target: cell,
    swap: "outerHTML",
    values: store.valuesOf({ ...edit, version: edit.sent }),
    headers: { "X-Client": client, "X-Span": table.dataset.span, "X-Request-Id": edit.id },
    outcome,
  });
  const fresh = find(edit.student, edit.work);
  if (fresh && fresh !== cell) adopt(fresh, cell === current());
  return outcome.status;
}

/** The cells that an act changed come back and are put in their places. */
async function postAct(edit, outcome) {
  const headers = { "X-Client": client, "X-Span": table.dataset.span, "X-Request-Id": edit.id };
  await ask("POST", url(edit), { values: store.valuesOf(edit), headers, outcome });
  edit.answer = outcome.text;
  return outcome.status;
}

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  // A save that is under way when the tab is closed still reaches the server.
  if (ctx.outcome) ctx.request.keepalive = true;
});
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (!ctx.outcome) return;
  Object.assign(ctx.outcome, { status: ctx.response.status, text: ctx.text });
  // The server is there and says why it cannot store (a full disk, a locked database): waited for like the network.
  refusing = ctx.response.status === 503 ? errorText(ctx.text, "[data-error] strong") : "";
});

function settle(edit, status) {
  if (store.isAct(edit)) return settleAct(edit, status);
  const cell = find(edit.student, edit.work);
  if (status === 200) {
    store.drop(edit.key);
    follow(edit, cell);
    if (cell) saySaved(`${nameOf(cell)}, ${cell.textContent || "пусто"}`);
    showSaved(edit);
    if (periodOf(edit.work) === undefined) forgetSuggestions(cell);
    lastMark = periodOf(edit.work) === undefined || edit.takesBack ? null : edit;
    listeners.saved(edit, cell);
  } else {
    if (status === 409) takeBackLater(edit, cell);
    else follow(edit, cell);
    remember(edit, refusalOf(cell) || (WHY[status] ?? ""));
    refuse(edit, status, cell);
  }
  // What was typed into the same cell meanwhile is still what it shows.
  const later = queue.findLast((other) => other.student === edit.student && other.work === edit.work);
  if (later) show(later);
  tell();
}

function settleAct(edit, status) {
  store.drop(edit.key);
  document.dispatchEvent(new CustomEvent("journal:patched"));
  for (const later of queue) show(later);
  if (status === 200) toast(`${edit.place}: все присутствуют, сохранено`, "good");
  else toast(`${edit.place}: «все присутствуют» не сохранено. ${errorText(edit.answer) || WHY[status] || "Повторите."}`, "bad");
  tell();
}

/** What was typed next into the same cell was typed over what the server has there now. */
function follow(edit, cell) {
  const next = queue.find((other) => other.student === edit.student && other.work === edit.work);
  if (!next?.follows || !cell) return;
  const again = queue.slice(0, queue.indexOf(next)).some(store.isAct); // which may change the cell once more
  Object.assign(next, { version: Number(cell.dataset.version), follows: again });
  remember(next);
}

/** What was typed over a value that met a conflict asks the same question: it must not answer it unseen. */
function takeBackLater(edit, cell) {
  const later = queue.filter((other) => other.student === edit.student && other.work === edit.work);
  if (!later.length) return;
  for (const other of later) {
    queue.splice(queue.indexOf(other), 1);
    store.drop(other.key);
  }
  edit.text = later.at(-1).text;
  if (cell) Object.assign(cell.dataset, { typed: edit.text });
}

/** Resolves when nothing waits to be sent, or there is no network to send it. */
export async function drained() {
  while (queue.length && !offline) await new Promise((resolve) => { setTimeout(resolve, 50); });
}

function refuse(edit, status, cell) {
  if (!cell) return;
  showRefused(edit, status, cell);
  listeners.refused(edit, cell, status);
}

/** Waits before trying again: longer each time, at once when the network returns. */
function pause(status) {
  offline = status !== 401;
  if (!status) refusing = "";
  retry = Math.min(retry + 1, 5);
  tell();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 500 * 2 ** retry);
    wake = () => { clearTimeout(timer); resolve(); };
  });
}
window.addEventListener("online", () => wake?.());

let last = "";
export function tell() {
  const place = document.getElementById("save-state");
  if (!place) return;
  const count = queue.length;
  const refused = table.querySelectorAll("td.refused").length;
  let text = refused ? `Не принято: ${refused}` : "Сохранено";
  if (count) text = offline ? `${refusing ? "Сервер не сохраняет" : "Нет связи"}: ждут отправки ${count}` : `Сохраняется: ${count}`;
  place.dataset.state = count ? (offline ? "offline" : "saving") : refused ? "refused" : "saved";
  if (text !== last) place.textContent = text;
  if (offline && count && refusing && text !== last) toast(`${refusing} Введённое остаётся на странице: отправим снова сами.`, "bad");
  else if (offline && count && !refusing && !last.startsWith("Нет связи")) announce("Не сохранено: нет связи. Введённое уйдёт само, когда она появится.", true);
  last = text;
}

if (table) document.addEventListener("waiting:discarded", () => { queue.length = 0; });
