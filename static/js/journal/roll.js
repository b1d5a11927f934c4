// The phone layout: a tap writes a value at once; what the server did not take stays on the line, with what to do.

import { announce, errorText, send, SignInRefused, toast } from "../app.js";
import { cellsIn, refusalOf } from "../offline/cells-in.js";
import { keepSnapshots } from "../offline/snapshot.js";
import * as store from "../offline/store.js";
import { askConflict, askReason, nameOf, say, show, toggled, unfold } from "./roll-line.js";

const roll = document.getElementById("roll");
const status = document.getElementById("roll-state");
const address = (path) => `/journal/${roll.dataset.course}/${path}`;

// student → {text: what is wanted, stored, version, sending, held: waits for a choice, reason,
//            job: what is being sent {id, text, version}, again under its id until there is an answer; wish: what follows}
const lines = new Map();

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
  window.addEventListener("beforeunload", (event) => { if (unsaved().length && !store.isKept()) event.preventDefault(); });
  document.addEventListener("waiting:discarded", () => { for (const state of lines.values()) giveUp(state); });
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
}

// ── What outlives the page ──────────────────────────────────────────────────
const placeOf = (state) => ({ course: roll.dataset.course, student: state.student, work: roll.dataset.work });

/** Keeps a job or a wish in the browser until the server has it. */
function remember(state, part) {
  const number = state.line.querySelector(".roll-name .n").textContent.trim();
  part.key = store.keep({
    ...placeOf(state), ...part, reason: state.reason, title: document.title.split(" · ")[0].trim(), place: `№ ${number}`,
  });
}

function forget(state) {
  store.drop(state.job?.key);
  store.drop(state.wish?.key);
  state.job = state.wish = null;
}

function giveUp(state) {
  forget(state);
  state.text = state.stored;
  state.lost = false;
}

/** What an earlier page of this lesson could not send, in the order it was tapped. */
async function takeUp() {
  if (!document.getElementById("everybody")) return;
  for (const { key, id, student, text, version, follows, reason, course, work } of await store.orphans()) {
    const state = course === roll.dataset.course && work === roll.dataset.work && lines.get(student);
    if (!state) continue;
    Object.assign(state, { text, reason: reason ?? "" });
    if (state.job) {
      store.drop(state.wish?.key);
      state.wish = { key, id, text, follows: true };
    } else {
      state.job = { key, id, text, version: follows ? state.version : version };
    }
    remember(state, state.wish ?? state.job);
    dress(state);
    save(state);
  }
}

const unsaved = () => [...lines.values()].filter((state) => state.text !== state.stored || state.sending || state.job);

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
  if (state.job) plan(state);
  dress(state);
  save(state);
}

/** What is wanted by now goes out after what is under way. */
function plan(state) {
  if (state.text === state.job.text) {
    store.drop(state.wish?.key);
    state.wish = null;
    return;
  }
  state.wish = { key: state.wish?.key, id: store.newId(), text: state.text, follows: true };
  remember(state, state.wish);
}

// ── Saving: one request at a time for a line, the newest wish last ──────────
async function save(state) {
  if (state.sending || state.held || (!state.job && state.text === state.stored)) return;
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
    if (state.wish) begin(state);
  } else {
    refused(state, response);
  }
  dress(state);
  save(state);
}

/** The next request of a line; kept before it is sent. */
function begin(state) {
  state.job = { id: store.newId(), ...state.wish, text: state.text, version: state.version, follows: false };
  state.wish = null;
  remember(state, state.job);
}

async function post(path, values, id = "") {
  try {
    const response = await send(address(path), { method: "POST", body: new URLSearchParams(values), headers: { "X-Request-Id": id } });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    return { status: 0, text: "", left: error instanceof SignInRefused };
  }
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
  dress(state);
  save(state);
}

function dress(state) {
  show(state);
  tell();
}

function tell() {
  if (!status) return;
  const waiting = unsaved();
  const stuck = waiting.filter((state) => state.held || state.lost).length;
  const lost = waiting.filter((state) => state.lost).length;
  if (lost && lost === stuck) status.textContent = `Нет связи: ждут отправки ${lost}`;
  else if (stuck) status.textContent = `Не сохранено: ${stuck}`;
  else if (waiting.length) status.textContent = "Сохраняю…";
  else if (lines.size && status.dataset.touched) status.textContent = "Сохранено";
  status.classList.toggle("bad", stuck > 0);
  if (waiting.length) status.dataset.touched = "1";
}

// ── The whole lesson ────────────────────────────────────────────────────────
async function act(path, done) {
  if (unsaved().length) return toast("Подождите, пока сохранится отмеченное, или решите, что делать с отклонённым.", "bad");
  const response = await post(path, {});
  if (response.status !== 200) return toast(errorText(response.text) || "Нет связи с сервером: ничего не изменено. Без неё отметьте отсутствующих по одному: это подождёт в браузере.", "bad");
  for (const cell of cellsIn(response.text)) {
    const state = lines.get(cell.dataset.student);
    if (!state || cell.dataset.work !== roll.dataset.work) continue;
    stored(state, cell);
    state.text = state.stored;
    dress(state);
  }
  status.textContent = done;
  announce(done);
  return undefined;
}

const everybody = () => act(`lessons/${roll.dataset.lesson}/presence`, "Посещаемость внесена");
const undo = () => act("undo", "Отменено");

if (roll) init();
