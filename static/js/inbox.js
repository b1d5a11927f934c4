// Unread messages in the header of every page, and news put in place on the pages of messages without a reload.
// The question is small: 304 while nothing has changed, and none at all while nobody sees the page.

import { announce, send } from "./app.js";
import { viewerId } from "./session.js";

const SOON = 4000, SELDOM = 30000; // ms: on the pages of messages, on others
const badge = document.getElementById("unread");
const place = document.querySelector("[data-messages]");
const letters = document.getElementById("letters");
let tag = `"${badge?.dataset.tag}"`;
let timer = null;
let asking = false;

if (badge) {
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : ask()));
  plan();
}
forgetOthers();

function plan() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(ask, place ? SOON : SELDOM);
}

async function ask() {
  clearTimeout(timer);
  if (asking) return;
  asking = true;
  try {
    // Without signing in again: news must not interrupt anybody with the password.
    const response = await send("/messages/news", { headers: { "If-None-Match": tag }, cache: "no-store" }, false);
    if (response.status === 200) {
      tag = response.headers.get("ETag");
      show((await response.json()).unread);
      await refresh();
    }
  } catch {
    // No connection: the next question will find out.
  } finally {
    asking = false;
    noteRead(); // again, where it did not get through
    plan();
  }
}

function show(unread) {
  const before = Number(badge.querySelector("[data-unread]").textContent);
  badge.querySelector("[data-unread]").textContent = unread;
  badge.hidden = !unread;
  if (unread > before && !place) announce(`Новое сообщение. Не прочитано: ${unread}`);
}

/** The list or the conversation again: what is there already stays, so that only what is new is read out. */
async function refresh() {
  if (!place?.dataset.news) return;
  const below = isAtEnd();
  await htmx.ajax("GET", place.dataset.news, { source: place, target: place, swap: "innerMorph", poll: true });
  settle(below);
}

/** After messages were put in place: the newest in view where it was, and noted as read. */
export function settle(below) {
  if (letters && below) toEnd();
  noteRead();
}

const isAtEnd = () => window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 160;

function toEnd() {
  window.scrollTo(0, document.documentElement.scrollHeight);
}

// ── What was seen ───────────────────────────────────────────────────────────
let told = 0;

async function noteRead() {
  const last = Number([...(letters?.querySelectorAll("[data-message]") ?? [])].pop()?.dataset.message ?? 0);
  if (!last || last <= told || document.hidden) return;
  told = last;
  try {
    const response = await send(letters.dataset.read, { method: "POST", body: new URLSearchParams({ message_id: last }) }, false);
    if (response.ok) show((await response.json()).unread);
    else told = 0;
  } catch {
    told = 0;
  }
}

if (letters) {
  if (!window.location.hash) toEnd();
  noteRead();
  document.addEventListener("visibilitychange", noteRead);
}

// ── Unfinished messages in this browser tab ─────────────────────────────────
export const draftKey = (name) => `draft:${viewerId()}:${name}`;

/** A tab of a classroom computer keeps nothing of who sat there before. */
function forgetOthers() {
  if (!viewerId()) return;
  forget((key) => !key.startsWith(`draft:${viewerId()}:`));
}

document.addEventListener("submit", (event) => {
  if (event.target.action?.endsWith("/logout")) forget(() => true);
});

function forget(which) {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith("draft:") && which(key)) sessionStorage.removeItem(key);
  }
}
