// What waits in this browser goes out from whatever page is open; how much it is stands in a corner; nobody signs out
// without being asked about it.

import { announce, errorText, send } from "../app.js";
import { cellsIn, refusalOf } from "./cells-in.js";
import { addressOf, change, client, discardAll, drafts, drop, forgetOld, isAct, isSameCell, orphans, valuesOf, waiting } from "./store.js";

const EVERY = 10000; // ms between tries
const pill = document.getElementById("waiting");

function init() {
  rememberWhose();
  forgetOld();
  installWorker();
  document.addEventListener("waiting:changed", show);
  window.addEventListener("online", deliver);
  window.addEventListener("load", () => setTimeout(deliver, 500));
  setInterval(() => { if (!document.hidden) deliver(); }, EVERY);
  pill.addEventListener("click", open);
  document.getElementById("waiting-list").addEventListener("click", onList);
  document.addEventListener("submit", onSignOut, { capture: true });
  show();
}

// ── Sending ─────────────────────────────────────────────────────────────────
let delivering = null;

/** One sender in a browser, where it can be told; ids make a second one harmless. */
function deliver() {
  if (!waiting().some(({ refusal, owner }) => refusal === undefined && owner !== client)) return Promise.resolve();
  delivering ??= (navigator.locks ? navigator.locks.request("ejournal-send", deliverAll) : deliverAll())
    .catch(() => {}).finally(() => { delivering = null; show(); });
  return delivering;
}

async function deliverAll() {
  for (const { key } of await orphans()) {
    const entry = waiting().find((one) => one.key === key);
    const stuck = entry && waiting().some((one) => one.key < key && isSameCell(one, entry));
    if (!entry || entry.refusal !== undefined) continue;
    if (stuck) joinRefused(entry);
    else if (!(await deliverOne(entry))) return;
  }
}

/** False: no network, or nobody is signed in; the rest waits too. */
async function deliverOne(entry) {
  const response = await send(addressOf(entry), {
    method: "POST", body: new URLSearchParams(valuesOf(entry)), headers: { "X-Request-Id": entry.id },
  }, false);
  if (response.status === 401 || response.status === 429 || response.status >= 500) return false;
  const html = await response.text();
  const cell = cellsIn(html)[0];
  const version = Number(cell?.dataset.version ?? entry.version);
  if (response.status === 200) {
    drop(entry.key);
    announce(isAct(entry) ? "«Все присутствуют», ждавшее связи, сохранено." : "Отметка, которая ждала связи, сохранена.");
  } else {
    change({ ...entry, refusal: refusalOf(cell) || errorText(html) || "Не принято." });
  }
  if (isAct(entry)) followAct(entry, cellsIn(html));
  const next = waiting().find((one) => one.key > entry.key && one.follows && isSameCell(one, entry));
  if (next) change({ ...next, version, follows: hasActBetween(entry, next) });
  return true;
}

/** Whether the cell may be changed once more before the later value goes out. */
const hasActBetween = (entry, next) =>
  waiting().some((one) => isAct(one) && one.course === entry.course && one.key > entry.key && one.key < next.key);

/** What was typed after an act over a cell that it changed was typed over what stands there now. */
function followAct(entry, cells) {
  for (const { dataset: { student, work, version } } of cells) {
    const next = waiting().find((one) => one.key > entry.key && one.follows && isSameCell(one, { course: entry.course, student, work }));
    if (next) change({ ...next, version: Number(version), follows: false });
  }
}

/** A value typed over one that was refused asks the same question: it takes the place of the refused one. */
function joinRefused(entry) {
  const before = waiting().find((one) => one.refusal !== undefined && isSameCell(one, entry));
  if (!before) return;
  change({ ...before, text: entry.text });
  drop(entry.key);
}

// ── The corner and the list ─────────────────────────────────────────────────
/** What this page itself shows in its cells is not told twice. */
const foreign = () => waiting().filter(({ owner }) => owner !== client);

function show() {
  const entries = foreign();
  const refused = entries.filter(({ refusal }) => refusal !== undefined).length;
  const left = entries.length - refused;
  pill.hidden = !entries.length;
  pill.textContent = [left && `Ждут отправки: ${left}`, refused && `Не приняты: ${refused}`].filter(Boolean).join(" · ");
  pill.classList.toggle("bad", refused > 0);
  if (document.getElementById("waiting-dialog").open) fill();
}

function open() {
  fill();
  document.getElementById("waiting-dialog").showModal();
}

function fill() {
  const entries = foreign();
  document.getElementById("waiting-list").replaceChildren(...entries.map(line));
  if (!entries.length) document.getElementById("waiting-dialog").close();
}

function line(entry) {
  const row = document.createElement("li");
  const link = document.createElement("a");
  link.href = `/journal/${entry.course}`;
  link.textContent = entry.title;
  const value = document.createElement("b");
  value.textContent = entry.text || "пусто";
  const place = document.createElement("span");
  place.textContent = entry.place;
  const remove = document.createElement("button");
  Object.assign(remove, { type: "button", className: "btn btn-sm btn-outline-secondary", textContent: "Убрать" });
  remove.dataset.key = entry.key;
  remove.setAttribute("aria-label", `Убрать «${entry.text || "пусто"}», ${entry.place}`);
  row.append(link, place, value, remove);
  if (entry.refusal) {
    const why = document.createElement("p");
    why.textContent = `${entry.refusal} Решите в журнале.`;
    row.append(why);
  }
  return row;
}

function onList(event) {
  const button = event.target.closest("[data-key]");
  if (!button) return;
  drop(button.dataset.key);
  document.querySelector("#waiting-list button, #waiting-dialog .dialog-close")?.focus();
}

// ── Signing out ─────────────────────────────────────────────────────────────
const GRACE = 2000; // ms: what is just going out gets there before anybody is asked
let decided = false;

function onSignOut(event) {
  const form = event.target;
  if (!form.action?.endsWith("/logout")) return;
  if (decided || !left()) return forgetPages();
  event.preventDefault();
  event.stopImmediatePropagation();
  askToLeave(form);
}

const left = () => waiting().length + drafts().length;

async function askToLeave(form) {
  deliver();
  for (const end = performance.now() + GRACE; navigator.onLine && waiting().length && !drafts().length && performance.now() < end;) {
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  if (!left()) return leave(form);
  const dialog = document.getElementById("leaving");
  dialog.querySelector("[data-left]").textContent = told(waiting().length, drafts().length);
  dialog.returnValue = "";
  dialog.showModal();
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "discard") {
      discardAll();
      document.dispatchEvent(new CustomEvent("waiting:discarded"));
    }
    if (dialog.returnValue) leave(form);
  }, { once: true });
  return undefined;
}

function told(values, texts) {
  const parts = [values && `отметок: ${values}`, texts && `черновиков занятий: ${texts}`].filter(Boolean);
  return `Ещё не отправлено — ${parts.join(", ")}.`;
}

function leave(form) {
  decided = true;
  form.requestSubmit();
}

/** Whose tab this is, for the page without a network; what it kept of anybody else goes. */
function rememberWhose() {
  const { waiting: space } = document.body.dataset;
  if (sessionStorage.getItem("page:space") !== space) removePages();
  sessionStorage.setItem("page:space", space);
}

/** Over plain HTTP browsers have no service workers: everything but a reload without a network works there too. */
function installWorker() {
  const { worker } = document.body.dataset;
  if (!navigator.serviceWorker || !worker) return;
  window.addEventListener("load", () => {
    navigator.serviceWorker.register(worker, { updateViaCache: "all" }).catch(() => {});
  });
}

/** Copies of pages that this tab kept for a time without a network (static/js/offline/page.js). */
function forgetPages() {
  document.body.dataset.leaving = ""; // nor is another one taken
  removePages();
}

function removePages() {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith("page:")) sessionStorage.removeItem(key);
}

if (pill) init();
