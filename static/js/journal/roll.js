// The phone layout: a tap writes a value at once; what the server did not take stays on the line, with what to do.

import { announce, errorText, toast } from "../app.js";
import { cellsIn, refusalOf } from "../offline/cells-in.js";
import { keepSnapshots } from "../offline/snapshot.js";
import * as store from "../offline/store.js";
import { forget, forgetWish, giveUp, post, presenceWork, remember, rememberPresence, roll } from "./roll-kept.js";
import { askConflict, askReason, nameOf, say, show, toggled, unfold } from "./roll-line.js";
import { undoing, UNANSWERED } from "./undoing.js";

const status = document.getElementById("roll-state");

// student → {text: what is wanted, stored, version, sending, held: waits for a choice, reason,
//            job: what is being sent {id, text, version}, again under its id until there is an answer; wish: what follows}
const lines = new Map();
// «Все присутствуют» on its way: {id, key, sending, tried, lost}. What was tapped before goes out before it, what is
// tapped after waits for the versions it leaves (a wish that is `after`).
let presence = null;

function init() {
  for (const line of roll.children) {
    const { student, text, version } = line.dataset;
    lines.set(student, { line, student, text, stored: text, version: Number(version), sending: false, held: false, reason: "", job: null, wish: null });
    dress(lines.get(student));
  }
  roll.addEventListener("click", onTap);
  roll.addEventListener("submit", onReason);
  document.getElementById("everybody")?.addEventListener("click", everybody);
  document.getElementById("undo")?.addEventListener("click", undo);
  window.addEventListener("online", again);
  setInterval(again, AGAIN);
  window.addEventListener("beforeunload", (event) => { if ((presence || unsaved().length) && !store.isKept()) event.preventDefault(); });
  document.addEventListener("waiting:discarded", () => { presence = null; for (const state of lines.values()) giveUp(state); });
  takeUp();
  keepSnapshots();
}

const AGAIN = 4000; // ms between tries without a network
function again() {
  for (const state of lines.values()) {
    if (!state.lost) continue;
    state.held = false; // what the line says stays until there is an answer
    save(state);
  }
  sendPresence();
}

/** What an earlier page of this lesson could not send, in the order it was tapped. */
async function takeUp() {
  if (!document.getElementById("everybody")) return;
  for (const entry of await store.orphans()) {
    if (entry.course !== roll.dataset.course) continue;
    const state = entry.work === roll.dataset.work && lines.get(entry.student);
    if (state) takeUpLine(state, entry);
    else if (entry.work === presenceWork()) takeUpPresence(entry);
  }
  sendPresence();
}

function takeUpLine(state, { key, id, text, version, follows, reason }) {
  Object.assign(state, { text, reason: reason ?? "" });
  if (state.job || presence) {
    forgetWish(state);
    state.wish = { key, id, text, version: follows ? state.version : version, follows: true, after: presence !== null };
  } else {
    state.job = { key, id, text, version: follows ? state.version : version };
  }
  remember(state, state.wish ?? state.job);
  dress(state);
  save(state);
}

function takeUpPresence({ key, id }) {
  if (presence) return store.drop(key);
  presence = { key, id, tried: true };
  return rememberPresence(presence);
}

const unsaved = () => [...lines.values()].filter((state) => state.text !== state.stored || state.sending || state.job || state.wish);

// ── Taps ────────────────────────────────────────────────────────────────────
function onTap(event) {
  const button = event.target.closest("button");
  const line = event.target.closest(".roll-line");
  if (!button || !line) return;
  const state = lines.get(line.dataset.student);
  const { code, mark, more, clear, choice } = button.dataset;
  if (more !== undefined) return unfold(button);
  if (choice) return choose(state, choice);
  if (code) return want(state, toggled(state.text, code, ""));
  if (mark) return want(state, toggled(state.text, "", mark));
  if (clear !== undefined) return want(state, "");
  return undefined;
}

function want(state, text) {
  state.text = text;
  if (state.held) say(state, null);
  // What was refused is settled by it; of what was only lost the server may know.
  if (state.held && !state.lost) forget(state);
  state.held = false;
  if (state.job || presence) plan(state);
  dress(state);
  save(state);
}

/** What is wanted by now goes out after what is under way. */
function plan(state) {
  // Another place in the order than what was wanted before «все присутствуют».
  if (presence && !state.wish?.after) forgetWish(state);
  if (!presence && state.text === state.job.text) return forgetWish(state);
  state.wish = {
    key: state.wish?.key, id: store.newId(), text: state.text, version: state.version, follows: true, after: presence !== null,
  };
  return remember(state, state.wish);
}

// ── Saving: one request at a time for a line, the newest wish last ──────────
async function save(state) {
  if (state.sending || state.held || (!state.job && (presence || state.text === state.stored))) return;
  state.sending = true;
  if (!state.job) begin(state);
  dress(state);
  const { job } = state;
  const response = await post(`cells/${state.student}/${roll.dataset.work}`, store.valuesOf({ ...job, reason: state.reason }), job.id);
  state.sending = false;
  if (response.status === 200) {
    state.lost = false;
    store.drop(job.key);
    state.job = null;
    stored(state, cellsIn(response.text)[0]);
    announce(`Сохранено: ${nameOf(state)}, ${state.stored || "пусто"}`);
    if (state.wish && !state.wish.after) begin(state);
  } else {
    refused(state, response);
  }
  dress(state);
  save(state);
  sendPresence();
}

/** The next request of a line; kept before it is sent. */
function begin(state) {
  state.job = { id: store.newId(), ...state.wish, text: state.text, version: state.version, follows: false };
  state.wish = null;
  remember(state, state.job);
}

function stored(state, cell) {
  state.stored = cell.textContent.trim();
  state.version = Number(cell.dataset.version);
  Object.assign(state.line.dataset, { text: state.stored, version: state.version });
  state.reason = "";
  say(state, null);
}

function refused(state, { status: code, text, left }) {
  const cell = cellsIn(text)[0];
  state.held = true;
  if (code !== 0) state.lost = false;
  if (code >= 400 && code < 500) remember(state, { ...state.job, refusal: refusalOf(cell) || errorText(text) });
  if (cell?.dataset.conflict) return askConflict(state, cell);
  if (cell?.dataset.askReason) return askReason(state, cell.dataset.message);
  if (cell) return say(state, cell.dataset.message, [["back", `Вернуть «${state.stored || "пусто"}»`]]);
  // Without a network it waits: sent again by itself once there is one.
  const stillLost = state.lost && code === 0 && state.line.querySelector(".roll-say");
  state.lost = code === 0 && !left;
  if (stillLost) return undefined; // told already
  const message = code === 0
    ? "Не сохранено: нет связи с сервером. Уйдёт само, когда связь появится."
    : `Не сохранено. ${errorText(text)}`;
  return say(state, message, [["again", "Повторить"], ["back", "Не сохранять"]]);
}

function onReason(event) {
  event.preventDefault();
  const state = lines.get(event.target.closest(".roll-line").dataset.student);
  state.reason = event.target.elements.reason.value.trim();
  release(state);
}

function choose(state, choice) {
  if (choice === "mine" || choice === "theirs") {
    state.stored = state.theirs.text;
    state.version = state.theirs.version;
  }
  if (choice !== "again") forget(state);
  if (choice === "theirs" || choice === "back") state.text = state.stored;
  release(state);
}

function release(state) {
  state.held = false;
  state.lost = false;
  say(state, null);
  if (presence && !state.job && state.text !== state.stored) plan(state);
  dress(state);
  save(state);
  sendPresence();
}

function dress(state) {
  show(state);
  tell();
}

function tell() {
  if (!status) return;
  const waiting = unsaved();
  const number = waiting.length + (presence ? 1 : 0);
  const isHeldUp = presence && (presence.lost || waiting.some((state) => state.lost));
  const isLost = (state) => state.lost || (isHeldUp && state.wish);
  const lost = waiting.filter(isLost).length + (isHeldUp ? 1 : 0);
  const stuck = lost + waiting.filter((state) => state.held && !isLost(state)).length;
  if (lost && lost === stuck) status.textContent = `Нет связи: ждут отправки ${lost}`;
  else if (stuck) status.textContent = `Не сохранено: ${stuck}`;
  else if (number) status.textContent = "Сохраняю…";
  else if (lines.size && status.dataset.touched) status.textContent = "Сохранено";
  status.classList.toggle("bad", stuck > 0);
  if (number) status.dataset.touched = "1";
}

// ── The whole lesson ────────────────────────────────────────────────────────
function everybody() {
  if (presence) return undefined;
  if (unsaved().some((state) => state.held && !state.lost)) return toast("Сначала решите, что делать с отклонённым.", "bad");
  presence = { id: store.newId() };
  rememberPresence(presence);
  tell();
  return sendPresence();
}

const isEarlier = (state) => state.job || (state.wish && !state.wish.after);
// No network, too many requests, a server that is being restarted or can't write just now.
const PASSING = [0, 429, 502, 503, 504];

async function sendPresence() {
  if (!presence || presence.sending || [...lines.values()].some(isEarlier)) return;
  Object.assign(presence, { sending: true, tried: true });
  const response = await post(`lessons/${roll.dataset.lesson}/presence`, {}, presence.id);
  if (!presence) return;
  presence.sending = false;
  if (PASSING.includes(response.status) && !response.left) {
    if (!presence.lost) toast("Нет связи: «Все присутствуют» ждёт отправки. Пропуски и опоздания снимутся, когда связь появится.");
    presence.lost = true;
    tell();
    return;
  }
  endPresence();
  took(response, "Посещаемость внесена", "«Все присутствуют» не сохранено: войдите и повторите.");
  goOn();
}

function endPresence() {
  store.drop(presence.key);
  presence = null;
}

/** What was tapped meanwhile, over what stands there now. */
function goOn() {
  for (const state of lines.values()) {
    if (state.wish) state.wish.after = false;
    if (state.wish && !state.job && state.text === state.stored) forgetWish(state);
    save(state);
  }
}

async function undo() {
  if (presence?.tried) return toast("Нет связи: это действие могло дойти до сервера. Отменить его можно, когда связь появится.", "bad");
  if (presence) {
    endPresence();
    goOn();
    tell();
    return toast("Отменено, на сервер не ушло: «все присутствуют»", "good");
  }
  if (unsaved().length) return toast("Подождите, пока сохранится отмеченное, или решите, что делать с отклонённым.", "bad");
  return took(await undoing((id) => post("undo", {}, id)), "Отменено", UNANSWERED);
}

/** The cells that came back; what was tapped over them since is still what their lines show. */
function took(response, done, otherwise) {
  if (response.status !== 200) return toast(errorText(response.text) || otherwise, "bad");
  for (const cell of cellsIn(response.text)) {
    const state = lines.get(cell.dataset.student);
    if (!state || cell.dataset.work !== roll.dataset.work) continue;
    stored(state, cell);
    if (!state.wish) state.text = state.stored;
    dress(state);
  }
  status.textContent = done;
  return announce(done);
}

if (roll) init();
