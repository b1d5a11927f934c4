// What was entered and is not on the server yet, kept in this browser: it outlives a reload and the closing of the tab.
// Each value lies under a name of the account and the server, so that nobody else who signs in here meets it, and sealed
// with a key that only this account's pages have: who opens the developer tools reads nothing of another's and can put
// nothing in another's name. No names are kept, a place is told by its row: «№ 5, 24.11, ответ».

import { open, seal } from "./seal.js";

const space = () => document.body.dataset.waiting ?? "";
const secret = () => document.body.dataset.waitingKey;
const prefix = (kind) => `${kind}:${space()}:`;

/** An id that nobody else chose. Pages over plain HTTP have no crypto.randomUUID. */
export const newId = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** This open page. */
export const client = newId().slice(0, 18);

let count = 0;
let newest = 0; // ms
/** In the order of typing, whatever tab it was typed in, and whatever the clock of the computer has done meanwhile. */
function nextOrder() {
  newest ||= Number.parseInt(waiting().at(-1)?.key.slice(prefix("wait").length) ?? "0", 10);
  newest = Math.max(Date.now(), newest + 1);
  return `${String(newest).padStart(14, "0")}-${String((count += 1)).padStart(5, "0")}`;
}

let works = true;
/** Whether this browser keeps anything at all (private windows and full disks may not). */
export const isKept = () => works;

function write(key, value) {
  try {
    localStorage.setItem(key, seal(secret(), key, JSON.stringify(value)));
  } catch {
    works = false;
  }
}

function read(kind) {
  return space() ? keys().filter((key) => key.startsWith(prefix(kind))).sort().map(opened).filter(Boolean) : [];
}

function keys() {
  try {
    return Object.keys(localStorage);
  } catch {
    works = false;
    return [];
  }
}

// Opening takes a while, and all that waits is looked through at each change.
const known = new Map(); // key → {sealed, text}

/** null: not sealed here for this place. It is left to lie, and goes with its time. */
function opened(key) {
  const sealed = localStorage.getItem(key);
  if (known.get(key)?.sealed !== sealed) known.set(key, { sealed, text: openedText(key, sealed) });
  const { text } = known.get(key);
  return text && { ...JSON.parse(text), key };
}

function openedText(key, sealed) {
  try {
    return open(secret(), key, sealed);
  } catch {
    return null;
  }
}

const DAY = 24 * 3600 * 1000; // ms
const KEPT = 120 * DAY;
const DAYS = 20; // of use: no clock that jumps makes so many
const MET = "others-met";

/** What others left in this browser goes when nobody has come back for it; one's own may still be sent and never does.
 *  Its age is counted here: by its own time what was typed at a computer whose clock stood years behind would be old. */
export function forgetOld() {
  const now = Date.now();
  const before = metBefore();
  const met = {};
  for (const key of keys().filter(isOthers)) {
    const { since, days, last } = before[key] ?? { since: now, days: 0 };
    const today = Math.floor(now / DAY);
    met[key] = { since: Math.min(since, now), days: days + (last !== today), last: today };
    if (now - since > KEPT && days >= DAYS) {
      forget(key);
      delete met[key];
    }
  }
  try {
    if (Object.keys(met).length) localStorage.setItem(MET, JSON.stringify(met));
    else localStorage.removeItem(MET);
  } catch {
    works = false;
  }
}

/** Under another name, or forged under one's own. */
const isOthers = (key) => /^(wait|text):/.test(key) && !(isOwn(key) && opened(key));
const isOwn = (key) => space() !== "" && [prefix("wait"), prefix("text")].some((own) => key.startsWith(own));

function metBefore() {
  try {
    return JSON.parse(localStorage.getItem(MET)) ?? {};
  } catch {
    return {};
  }
}

function forget(key) {
  known.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    works = false;
  }
}

// ── Values of cells ─────────────────────────────────────────────────────────
/** All that wait: {key, id, course, student, work, text, version, follows, reason, debt, title, place, owner, refusal,
 *  was: what the cell showed before, batch: what was done together with it}. */
export const waiting = () => read("wait");

/** Keeps a value; again under the same id: instead of what was kept. Returns its key. */
export function keep(entry) {
  const key = entry.key ?? `${prefix("wait")}${nextOrder()}:${entry.id}`;
  const { key: _key, ...rest } = entry;
  write(key, { ...rest, owner: client });
  tell();
  return key;
}

export function drop(key) {
  if (key) forget(key);
  tell();
}

/** Changes a value where it lies, whichever page looks after it. */
export function change({ key, ...rest }) {
  write(key, rest);
  tell();
}

/** «Все присутствуют» of a lesson, which no single cell holds. */
export const isAct = ({ work }) => work.startsWith("lesson:");

/** Where a value goes. «mark:p12» is the mark of a period, «lesson:12» an act, anything else the number of a work. */
export function addressOf({ course, student, work }) {
  if (isAct({ work })) return `/journal/${course}/lessons/${work.slice("lesson:".length)}/presence`;
  const place = work.startsWith("mark:") ? `period-marks/${student}/${work.slice("mark:".length)}` : `cells/${student}/${work}`;
  return `/journal/${course}/${place}`;
}

/** What one request carries. */
export const valuesOf = ({ text, version, reason, debt }) => ({ value: text, version, reason: reason ?? "", ...debt });

export const isSameCell = (one, other) =>
  String(one.course) === String(other.course) && one.student === other.student && one.work === other.work;

/** A decision about a cell: what was refused there before is settled by it. */
export function settle(place) {
  for (const entry of waiting()) if (entry.refusal && isSameCell(entry, place)) forget(entry.key);
  tell();
}

// ── Texts: what was typed into a form and not saved ─────────────────────────
export const drafts = () => read("text");
export const draftOf = (name) => drafts().find((draft) => draft.key === prefix("text") + name);

export function keepDraft(name, fields) {
  write(prefix("text") + name, { fields, at: Date.now(), title: document.querySelector("h1")?.textContent.trim().replace(/\s+/g, " "), path: location.pathname });
  tell();
}

export function dropDraft(name) {
  forget(prefix("text") + name);
  tell();
}

/** On the explicit wish of who entered it. */
export function discardAll() {
  for (const { key } of [...waiting(), ...drafts()]) forget(key);
  tell();
}

// ── Who is told ─────────────────────────────────────────────────────────────
let telling = false;
/** Once for whatever changes together: a column is thirty values. */
function tell() {
  if (telling) return;
  telling = true;
  queueMicrotask(() => {
    telling = false;
    document.dispatchEvent(new CustomEvent("waiting:changed"));
  });
}
window.addEventListener("storage", ({ key }) => { if (key?.startsWith("wait:")) tell(); });

// A page that is open sends what was typed on it: others leave that to it. Without locks (plain HTTP) all send, which
// is safe too: a value sent twice under one id is stored once.
const lockOf = (page) => `ejournal-page:${page}`;
if (navigator.locks) navigator.locks.request(lockOf(client), () => new Promise(() => {}));

/** The entries that no open page looks after. */
export async function orphans() {
  const held = navigator.locks ? (await navigator.locks.query()).held.map(({ name }) => name) : [];
  return waiting().filter(({ owner }) => owner !== client && !held.includes(lockOf(owner)));
}
