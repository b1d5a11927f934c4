// The phone layout: a tap writes a value at once; what the server did not take stays on the line, with what to do.

import { announce, errorText, send, SignInRefused, toast } from "../app.js";

const roll = document.getElementById("roll");
const status = document.getElementById("roll-state");
const address = (path) => `/journal/${roll.dataset.course}/${path}`;

// student → {text: what is wanted, stored, version, sending, held: waits for a choice, reason}
const lines = new Map();

function init() {
  for (const line of roll.children) {
    const { student, text, version } = line.dataset;
    lines.set(student, { line, student, text, stored: text, version: Number(version), sending: false, held: false, reason: "" });
    dress(lines.get(student));
  }
  roll.addEventListener("click", onTap);
  roll.addEventListener("submit", onReason);
  document.getElementById("everybody")?.addEventListener("click", everybody);
  document.getElementById("undo")?.addEventListener("click", undo);
  window.addEventListener("online", () => { for (const state of lines.values()) if (state.lost) release(state); });
  window.addEventListener("beforeunload", (event) => { if (unsaved().length) event.preventDefault(); });
}

const unsaved = () => [...lines.values()].filter((state) => state.text !== state.stored || state.sending);

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

function parts(text) {
  return /^[нпбо]/.test(text) ? [text[0], text.slice(1)] : ["", text];
}

/** Attendance keeps the mark and the other way round (п. 4.4: «н» and 3 are «н3»); the same key again takes it off. */
function toggled(text, code, mark) {
  const [oldCode, oldMark] = parts(text);
  if (code) return (code === oldCode ? "" : code) + oldMark;
  return oldCode + (mark === oldMark ? "" : mark);
}

function want(state, text) {
  state.text = text;
  if (state.held) say(state, null);
  state.held = false;
  dress(state);
  save(state);
}

function unfold(button) {
  const more = document.getElementById(button.getAttribute("aria-controls"));
  more.hidden = !more.hidden;
  button.setAttribute("aria-expanded", String(!more.hidden));
}

// ── Saving: one request at a time for a line, the newest wish last ──────────
async function save(state) {
  if (state.sending || state.held || state.text === state.stored) return;
  state.sending = true;
  state.lost = false;
  dress(state);
  const sent = state.text;
  const response = await post(`cells/${state.student}/${roll.dataset.work}`, { value: sent, version: state.version, reason: state.reason });
  state.sending = false;
  if (response.status === 200) stored(state, cellsIn(response.text)[0]);
  else refused(state, response);
  dress(state);
  save(state);
}

async function post(path, values) {
  try {
    const response = await send(address(path), { method: "POST", body: new URLSearchParams(values) });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    return { status: 0, text: "", left: error instanceof SignInRefused };
  }
}

function stored(state, cell) {
  state.stored = cell.textContent.trim();
  state.version = Number(cell.dataset.version);
  state.reason = "";
  say(state, null);
  announce(`${nameOf(state)}: ${state.stored || "пусто"}`);
}

function refused(state, { status: code, text, left }) {
  const cell = cellsIn(text)[0];
  state.held = true;
  if (cell?.dataset.conflict) return askConflict(state, cell);
  if (cell?.dataset.askReason) return askReason(state, cell.dataset.message);
  if (cell) return say(state, cell.dataset.message, [["back", `Вернуть «${state.stored || "пусто"}»`]]);
  // Without a network it waits: sent again by itself once there is one.
  state.lost = code === 0 && !left;
  const message = code === 0 ? "Не сохранено: нет связи с сервером." : `Не сохранено. ${errorText(text)}`;
  return say(state, message, [["again", "Повторить"], ["back", "Не сохранять"]]);
}

/** Cells of an answer. A bare <td> survives only inside <template>, and htmx's own tag is one to it. */
function cellsIn(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.replace(/<(\/?)hx-partial/g, "<$1template");
  const roots = [holder.content, ...[...holder.content.querySelectorAll("template")].map((inner) => inner.content)];
  return roots.flatMap((root) => [...root.querySelectorAll("td[data-student]")]);
}

// ── What a line says, and what can be done ──────────────────────────────────
function say(state, message, choices = [], extra = null) {
  state.line.querySelector(".roll-say")?.remove();
  if (!message) return;
  const box = document.createElement("form");
  box.className = "roll-say";
  const text = document.createElement("p");
  text.setAttribute("role", "alert");
  text.textContent = message;
  box.append(text);
  if (extra) box.append(extra);
  for (const [choice, title] of choices) {
    const button = document.createElement("button");
    button.type = choice === "reason" ? "submit" : "button";
    if (choice !== "reason") button.dataset.choice = choice;
    button.className = "btn btn-outline-secondary";
    button.textContent = title;
    box.append(button);
  }
  state.line.append(box);
}

function askConflict(state, { dataset: { stored: now, version, who, when, message } }) {
  state.theirs = { text: now, version: Number(version) };
  say(state, `${message} Записано «${now || "пусто"}»${who ? ` (${who}, ${when})` : ""}, у вас «${state.text || "пусто"}».`,
    [["mine", `Записать «${state.text || "пусто"}»`], ["theirs", `Оставить «${now || "пусто"}»`]]);
}

function askReason(state, message) {
  const input = document.createElement("input");
  input.className = "form-control";
  input.name = "reason";
  input.maxLength = 500;
  input.required = true;
  input.placeholder = "Причина правки";
  input.setAttribute("aria-label", "Причина правки");
  say(state, message, [["reason", "Сохранить с причиной"], ["back", "Вернуть как было"]], input);
  input.focus();
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
  const { line, text } = state;
  const [code, mark] = parts(text);
  line.querySelector(".roll-value").textContent = text;
  line.classList.toggle("sending", state.sending);
  line.classList.toggle("refused", state.held);
  line.classList.toggle("absent", ["н", "п", "б"].includes(code));
  for (const button of line.querySelectorAll("[data-code], [data-mark]")) {
    const on = button.dataset.code ? button.dataset.code === code : button.dataset.mark === mark;
    button.setAttribute("aria-pressed", String(on));
  }
  tell();
}

function tell() {
  if (!status) return;
  const waiting = unsaved();
  const stuck = waiting.filter((state) => state.held).length;
  if (stuck) status.textContent = `Не сохранено: ${stuck}`;
  else if (waiting.length) status.textContent = "Сохраняю…";
  else if (lines.size && status.dataset.touched) status.textContent = "Сохранено";
  status.classList.toggle("bad", stuck > 0);
  if (waiting.length) status.dataset.touched = "1";
}

const nameOf = (state) => state.line.querySelector(".roll-name .n").nextSibling.textContent.trim();

// ── The whole lesson ────────────────────────────────────────────────────────
async function act(path, done) {
  if (unsaved().length) return toast("Подождите, пока сохранится отмеченное, или решите, что делать с отклонённым.", "bad");
  const response = await post(path, {});
  if (response.status !== 200) return toast(errorText(response.text) || "Нет связи с сервером: ничего не изменено. Повторите.", "bad");
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
